// The view of what jobs need to run, in the words of readiness.

import { el, put, readiness, service } from "../kit.js";

export const title = "Health";

export async function mount(root, params, signal) {
	const show = ({ missing = [], workers = [] }) => put(root, el("h1", missing.length ? "Jobs cannot run now" : "Jobs can run"), el("div.stack",
		missing.length > 0 && el("section.card", el("h2", "What is missing"), el("ul", missing.map((one) => el("li", one)))),
		el("section.card", el("h2", "Workers"), workers.length ? workers.map(workerOf) : el("p", "No worker is alive."))));
	show(await readiness(signal));
	service.addEventListener("health", ({ detail }) => show(detail), { signal });
}

function workerOf({ id, runtime, processes, problems }) {
	return el("div", el("h3", id), el("p", `${runtime}, processes: ${processes}.`), el("ul", Object.entries(problems).map(([name, reason]) => el("li", `${name}: ${reason}`))));
}
