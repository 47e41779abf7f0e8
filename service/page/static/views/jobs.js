// The view of all certifications.

import { certifier, count, down, el, label, link, moment, short, state, stateWord } from "../kit.js";
import { showList } from "../list.js";

export const title = "Jobs";
const STATES = { "": "all", queued: "queued", running: "running", succeeded: "succeeded", failed: "failed", cancelled: "cancelled" };
const COLUMNS = [
	["State", "", (job) => el("a", { href: link("job", { id: job.id }) }, stateWord(...state(job)))],
	["Class", "", ({ certificate: held }) => (held ? label(held.prediction) : "–")],
	["Radius", "number", ({ certificate: held }) => (held && !held.abstained ? down(held.radius) : "–")],
	["Model", "", ({ request }) => request.model],
	["Certifier", "wide", ({ request }) => certifier(request.certifier)],
	["Sigma", "number wide", ({ request }) => short(request.sigma)],
	["Samples", "number wide", ({ progress }) => count(progress.samples_done)],
	["Made", "wide", (job) => moment(job.created_at)],
];

export function mount(root, params, signal) {
	return showList(root, { view: "jobs", title, path: "v1/certifications", columns: COLUMNS, states: STATES,
		empty: "No certification is stored yet.", action: el("a.button", { href: "?view=certify" }, "Certify a picture") }, params, signal);
}
