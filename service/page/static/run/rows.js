// The rows of a run: filtered by the service, sorted among those shown.

import { button, card, choice, el, json, link, makeTable, query, radiusOf, short, stateOf } from "../kit.js";

const AMONG = [["", "all"], "refused", ["open", "not ended"], "failed", "cancelled", "abstained", ["wrong", "not correct"]];

/** `read(skipped)` reads again what may have changed, with so many refused files. */
export function rowsOf(labels, path, { among = "", sort = "" }, tell, signal) {
	const word = (index) => (index == null ? "–" : labels[index] ?? `class ${index}`);
	const table = makeTable("Rows of the run", [
		["Input", ({ key, job, reason }) => (job ? link(key, "job", { id: job }) : [key, el("p.fault", reason)])],
		["State", stateOf],
		["Radius", radiusOf, "number"],
		["Label", ({ label }) => word(label)],
		["Answer", ({ predicted }) => word(predicted)],
		["Without noise", ({ clean }) => word(clean)],
		["Seconds", ({ seconds }) => short(seconds, 2), "number"],
	], { cards: true, sort, sorted: (chosen) => tell({ sort: chosen }) });
	const more = button("Show more rows", () => read(next));
	const none = el("p.muted", "No row is like this.");
	let rows = [];
	let refused = [];
	let next = null;
	/** Read a page after a number. It takes the place of the rows that it spans. */
	async function read(after) {
		if (among === "refused") return draw();
		const page = await json(`${path}/rows${query({ after, among })}`, signal);
		const later = rows.filter(({ number }) => number > (page.next_after ?? Infinity));
		if (!later.length) next = page.next_after;
		rows = [...rows.filter(({ number }) => number <= after), ...page.rows, ...later];
		draw();
	}
	function draw() {
		const shown = among === "refused" ? refused : among ? rows : [...refused, ...rows];
		more.hidden = !next;
		none.hidden = shown.length;
		table.draw(shown);
	}
	return {
		node: card("Rows", choice("Show", AMONG, among, (chosen) => {
			among = chosen;
			rows = [];
			next = null;
			tell({ among });
			read(0);
		}), table.node, none, el("div", more)),
		async read(skipped) {
			if (skipped !== refused.length) refused = await refusedBy(path, signal);
			await read(among ? 0 : (rows.find(({ status }) => !status)?.number ?? rows.length + 1) - 1);
		},
	};
}

/** All files that a run has refused, with the reasons. */
export async function refusedBy(path, signal) {
	const all = [];
	for (let after = 0; after !== null;) {
		const page = await json(`${path}/skipped${query({ after })}`, signal);
		all.push(...page.skipped);
		after = page.next_after;
	}
	return all;
}
