// The frame of the page: which view the address names, the navigation, and whether the service answers.

import { pause, Problem, readiness, service } from "./api.js";
import { el, put, say } from "./dom.js";
import { go, here, onMove } from "./router.js";
import * as certify from "./views/certify.js";
import * as health from "./views/health.js";
import * as job from "./views/job.js";
import * as jobs from "./views/jobs.js";
import * as models from "./views/models.js";
import * as runs from "./views/runs.js";

/** Each has `title` and `mount(root, params, signal)`; the signal is aborted when the view is left. */
const VIEWS = { certify, job, jobs, models, runs, health };
const LINKS = ["certify", "jobs", "runs", "models"];
const PARENTS = { job: "jobs" };
const LOOK_MS = 10_000;
const AWAY = "The service does not answer. Your jobs go on; this page looks again every few seconds.";

const main = document.getElementById("main");
let leaving = new AbortController();

function show(first) {
  leaving.abort();
  leaving = new AbortController();
  const { view, params } = here();
  const known = VIEWS[view] ?? certify;
  document.title = `${known.title} – certify`;
  mark(view);
  const root = el("div", { class: `view view-${view}` });
  put(main, root);
  if (!first) {
    main.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
  const { signal } = leaving;
  Promise.resolve(known.mount(root, params, signal)).catch((error) => {
    if (!signal.aborted) refuse(root, error);
  });
}

/** Say what went wrong in place of a view, in the service's own words. */
function refuse(root, error) {
  if (!(error instanceof Problem)) console.error(error);
  const text = error instanceof Problem ? error.message : `This view stopped working: ${error.message}`;
  const again = el("button", { type: "button", onclick: () => show(false) }, "Try again");
  root.append(el("section.card", { role: "alert" }, el("h1", "This cannot be shown"), el("p", text), again));
}

function mark(view) {
  const current = PARENTS[view] ?? view;
  put(document.getElementById("nav"), LINKS.map((name) =>
    el("a", { href: `?view=${name}`, "aria-current": name === current ? "page" : null }, VIEWS[name].title)));
  const link = document.getElementById("health");
  if (view === "health") link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

/** Follow links within the page without loading it again. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='?']");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const params = Object.fromEntries(new URLSearchParams(link.getAttribute("href")));
  go(params.view, params);
});

const notice = document.getElementById("notice");
service.addEventListener("away", () => put(notice, el("p.notice.away", AWAY)));
service.addEventListener("back", () => {
  put(notice, el("p.notice.back", "The service answers again."));
  setTimeout(() => put(notice), 5000);
});

/** The summary in the header. It is asked for every ten seconds while the page is in view. */
async function watchHealth() {
  const link = document.getElementById("health");
  for (;;) {
    if (!document.hidden) {
      const found = await readiness();
      const workers = found.workers?.length ?? 0;
      say(link, found.ready ? `${workers} ${workers === 1 ? "worker" : "workers"}, ready` : "not ready");
      link.setAttribute("aria-label", `Health of the service: ${link.textContent}`);
      link.dataset.state = found.ready ? "ready" : "missing";
      link.title = found.missing?.join("; ") ?? "";
    }
    await pause(LOOK_MS);
  }
}

onMove(show);
show(true);
watchHealth();
