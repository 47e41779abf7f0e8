// The view of what jobs need to run, and of what is missing: the words of readiness.

import { readiness } from "../api.js";
import { el, put } from "../dom.js";

export const title = "Health";

/** Show the view in `root`. `signal` is aborted when it is left. */
export async function mount(root, params, signal) {
  const found = await readiness(signal);
  const missing = found.missing ?? [];
  const workers = found.workers ?? [];
  put(root, el("h1", missing.length ? "Jobs cannot run now" : "Jobs can run"), el("div.stack",
    missing.length ? el("section.card", el("h2", "What is missing"), el("ul", missing.map((one) => el("li", one)))) : null,
    el("section.card", el("h2", "Workers"), workers.length ? workers.map(workerOf) : el("p", "No worker is alive."))));
}

function workerOf(worker) {
  const problems = Object.entries(worker.problems).map(([name, reason]) => el("li", `${name}: ${reason}`));
  return el("div", el("h3", worker.id), el("p", `${worker.runtime}, ${worker.processes} processes.`), problems.length ? el("ul", problems) : null);
}
