// The view of runs over whole test sets.

import { certifier, count, down, el, link, moment, percent, short } from "../kit.js";
import { showList } from "../list.js";

export const title = "Runs";
const STATES = { "": "all", open: "open", complete: "complete", cancelled: "cancelled" };
const COLUMNS = [
	["Run", "", ({ id, name }) => el("a", { href: link("run", { id }) }, name)],
	["Ended", "number", ({ rows }) => `${count(rows.total - rows.queued - rows.running)} of ${count(rows.total)}`],
	["Correct", "number", ({ summary }) => percent(summary.smoothed.share, 3)],
	["Mean radius", "number", ({ summary }) => down(summary.average_certified_radius)],
	["Model", "wide", ({ request }) => request.model],
	["Certifier", "wide", ({ request }) => certifier(request.certifier)],
	["Sigma", "number wide", ({ request }) => short(request.sigma)],
	["Made", "wide", (run) => moment(run.created_at)],
];

export function mount(root, params, signal) {
	return showList(root, { view: "runs", title, path: "v1/runs", columns: COLUMNS, states: STATES, action: el("a.button", { href: "?view=certify" }, "Start a run from a folder"),
		empty: "No run is stored yet. A run certifies every picture of a folder, and tells how many are certified at each radius." }, params, signal);
}
