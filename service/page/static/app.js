// The frame of the page: views, navigation, and whether the service answers.

import { el, go, here, onMove, pause, Problem, put, readiness, say, service } from "./kit.js";
import * as certify from "./views/certify.js";
import * as healthView from "./views/health.js";
import * as job from "./views/job.js";
import * as jobs from "./views/jobs.js";
import * as models from "./views/models.js";
import * as run from "./views/run.js";
import * as runs from "./views/runs.js";

/** Each has `title` and `mount(root, params, signal)`, aborted when the view is left. */
const VIEWS = { certify, job, jobs, models, run, runs, health: healthView };
const LINKS = ["certify", "jobs", "runs", "models"];
const PARENTS = { job: "jobs", run: "runs" };
const LOOK_MS = 10_000;
const AWAY = "The service does not answer. Your jobs go on; this page looks again every few seconds.";

const [main, health, notice] = ["main", "health", "notice"].map((id) => document.getElementById(id));
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
	known.mount(root, params, signal).catch((error) => signal.aborted || refuse(root, error));
}

function refuse(root, error) {
	if (!(error instanceof Problem)) console.error(error);
	root.append(el("section.card", { role: "alert" }, el("h1", "This cannot be shown"), el("p", error.message),
		el("button", { type: "button", onclick: () => show(false) }, "Try again")));
}

function mark(view) {
	put(document.getElementById("nav"), LINKS.map((name) =>
		el("a", { href: `?view=${name}`, "aria-current": name === (PARENTS[view] ?? view) && "page" }, VIEWS[name].title)));
	health.ariaCurrent = view === "health" ? "page" : null;
}

document.querySelector(".skip").addEventListener("click", (event) => {
	event.preventDefault();
	main.focus();
});

document.addEventListener("click", (event) => {
	const link = event.target.closest?.("a[href^='?']");
	if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	const { view, ...params } = Object.fromEntries(new URLSearchParams(link.search));
	go(view, params);
});

service.addEventListener("away", () => put(notice, el("p.notice.away", AWAY)));
service.addEventListener("back", () => {
	put(notice, el("p.notice.back", "The service answers again."));
	setTimeout(() => put(notice), 5000);
});

async function watchHealth() {
	for (;;) {
		if (!document.hidden) {
			const found = await readiness();
			const workers = found.workers?.length ?? 0;
			say(health, found.ready ? `${workers} ${workers === 1 ? "worker" : "workers"}, ready` : "not ready");
			health.ariaLabel = `Health of the service: ${health.textContent}`;
			health.dataset.state = found.ready ? "ready" : "missing";
			health.title = found.missing?.join("; ") ?? "";
			service.dispatchEvent(new CustomEvent("health", { detail: found }));
		}
		await pause(LOOK_MS);
	}
}

onMove(show);
show(true);
watchHealth();
