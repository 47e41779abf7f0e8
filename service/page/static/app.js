// The frame of the page: views, navigation, and whether the service answers.

import { button, el, here, pause, Problem, put, readiness, say, service, visit } from "./kit.js";
import * as certify from "./views/certify.js";
import * as job from "./views/job.js";
import { verifyingOf } from "./job/verifying.js";
import { jobs, runs } from "./views/lists.js";
import * as run from "./views/run.js";
import { health, models } from "./views/service.js";

const verify = { title: "Verify", mount: async (root) => put(root, el("h1", "Verify a certificate"), verifyingOf()) };
/** Each has `title` and `mount(root, params, signal)`, aborted when the view is left. */
const VIEWS = { certify, job, jobs, models, run, runs, verify, health };
const LINKS = ["certify", "jobs", "runs", "models", "verify"];
const PARENTS = { job: "jobs", run: "runs" };
const LOOK_MS = 10_000;

const [main, badge, notice] = ["main", "health", "notice"].map((id) => document.getElementById(id));
let leaving = new AbortController();

function show(first) {
	leaving.abort();
	leaving = new AbortController();
	const [view, params] = here();
	const known = VIEWS[view] ?? certify;
	document.title = `${known.title} – certify`;
	put(document.getElementById("nav"), LINKS.map((name) =>
		el("a", { href: `?view=${name}`, "aria-current": name === (PARENTS[view] ?? view) && "page" }, VIEWS[name].title)));
	badge.ariaCurrent = view === "health" ? "page" : null;
	const root = el("div");
	put(main, root);
	if (!first) {
		main.focus();
		scrollTo(0, 0);
	}
	const { signal } = leaving;
	known.mount(root, params, signal).catch((error) => signal.aborted || refuse(root, error));
}

function refuse(root, error) {
	if (!(error instanceof Problem)) console.error(error);
	root.append(el("section.card", { role: "alert" }, el("h1", "This cannot be shown"), el("p", error.message),
		el("div", button("Try again", () => show()))));
}

document.querySelector(".skip").onclick = () => {
	main.focus();
	return false;
};

document.addEventListener("click", (event) => {
	const link = event.target.closest?.("a[href^='?']");
	if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	visit(...here(link));
});

service.addEventListener("notice", ({ detail }) => put(notice, detail && el("div.notice", detail)));
service.addEventListener("away", () => say(badge, "not known"));

async function watchHealth() {
	for (;;) {
		if (!document.hidden) {
			const found = await readiness();
			const { ready, workers = [] } = found;
			say(badge, ready ? `${workers.length} ${workers.length === 1 ? "worker" : "workers"}, ready` : "not ready");
			badge.ariaLabel = `Health of the service: ${badge.textContent}`;
			badge.classList.toggle("failed", !ready);
			service.dispatchEvent(new CustomEvent("health", { detail: found }));
		}
		await pause(LOOK_MS);
	}
}

addEventListener("popstate", () => show());
show(true);
watchHealth();
