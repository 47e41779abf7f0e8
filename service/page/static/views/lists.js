// The views of all certifications and of all runs. Their first page is read again while people look at it.

import { CERTIFIERS } from "../certify/fields.js";
import { button, certifier, choice, count, down, el, endedOf, json, keep, label, link, makeField, makeTable, moment, pause, percentDown, put, query, radiusOf, short, stateOf, STATES } from "../kit.js";

const AGAIN_MS = 5000;
const MODEL = ["Model", ({ request }) => request.model];
const CERTIFIER = ["Certifier", ({ request }) => certifier(request.certifier)];
const SIGMA = ["Sigma", ({ request }) => short(request.sigma), "number"];
const MADE = ["Made", (one) => moment(one.created_at)];

export const jobs = listView("jobs", "Jobs", "v1/certifications", ["key", "Input of a run"], [
	["State", (job) => link(stateOf(job), "job", { id: job.id })],
	["Input", ({ row }) => row?.key ?? "–"],
	["Class", ({ certificate: held }) => (held ? label(held.prediction) : "–")],
	["Radius", ({ certificate: held }) => radiusOf(held), "number"],
	MODEL, CERTIFIER, SIGMA,
	["Samples", ({ progress }) => count(progress.samples_done), "number"],
	MADE,
], STATES, "No certification is stored yet.", "Certify a picture");

export const runs = listView("runs", "Runs", "v1/runs", ["name", "Name"], [
	["Run", ({ id, name }) => link(name, "run", { id })],
	["Ended", (run) => endedOf(run).map(count).join(" of "), "number"],
	["Correct", ({ summary }) => percentDown(summary.smoothed.share), "number"],
	["Mean radius", ({ summary }) => down(summary.average_certified_radius), "number"],
	MODEL, CERTIFIER, SIGMA, MADE,
], ["open", "complete", "cancelled"],
"No run is stored yet. A run certifies every picture of a folder, and tells how many are certified at each radius.", "Start a run from a folder");

/** `first`, `named`: parameter and title of the filter by first letters; `empty`, `action`: words of an empty list. */
function listView(view, title, path, [first, named], columns, states, empty, action) {
	async function mount(root, params, signal) {
		const { models } = await json("v1/models", signal);
		const pick = (name) => (value) => {
			params[name] = value;
			items = [];
			keep(view, params);
			read();
		};
		const select = (name, title, options) => choice(title, [["", "all"], ...options], params[name], pick(name));
		let items = [];
		let cursor = null;
		const table = makeTable(title, columns, { cards: true });
		const more = button("Show older ones", () => read(cursor));
		const none = el("div.card.empty");
		async function read(from) {
			const asked = query(params);
			const page = await json(path + query({ limit: 50, cursor: from, ...params }), signal);
			if (asked !== query(params)) return;
			const found = page[view];
			const last = from || !page.next_cursor ? -1 : items.findIndex(({ id }) => id === found.at(-1)?.id);
			if (last < 0) cursor = page.next_cursor;
			items = from ? [...items, ...found] : last < 0 ? found : [...found, ...items.slice(last + 1)];
			more.hidden = !cursor;
			table.node.hidden = !items.length;
			none.hidden = items.length;
			put(none, asked.length > 1 ? `Nothing ${cursor ? "among the newest" : "in the list"} is like this.` : empty);
			table.draw(items);
		}
		put(root, el("h1", title), el("div.row.ends", select("status", "State", states), select("model", "Model", models.map(({ name }) => name)),
			select("certifier", "Certifier", Object.keys(CERTIFIERS).filter(Boolean).map((one) => [one, certifier(one)])),
			makeField(`${named} begins with`, el("input", { value: params[first], onchange: ({ target }) => pick(first)(target.value) })).node,
			link(action, "certify", {}, "a.button")), table.node, none, more);
		for (;;) {
			if (!document.hidden) await read();
			await pause(AGAIN_MS, signal);
		}
	}
	return { title, mount };
}
