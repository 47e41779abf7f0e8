// The rows of a run: filtered by the service, sorted among those shown.

import { choice, down, el, json, link, short, stateWord } from "../kit.js";
import { makeTable } from "../table.js";

const AMONG = { "": "all", open: "not ended", failed: "failed", cancelled: "cancelled", abstained: "abstained", wrong: "not correct" };

/** `read()` reads again what may have changed; `refused(files)` puts those above the rows. */
export function rowsOf(labels, path, { among = "", sort = "" }, tell, signal) {
	const word = (index) => (index == null ? "–" : labels[index] ?? `class ${index}`);
	const table = makeTable("Rows of the run", [
		["Input", "", ({ key, job, reason }) => (job ? el("a", { href: link("job", { id: job }) }, key) : [key, el("p.fault", reason)])],
		["State", "", (row) => stateWord(...stateOf(row))],
		["Radius", "number", ({ radius, abstained }) => down(abstained ? null : radius)],
		["Label", "wide", ({ label, reason }) => (reason && label) || word(label)],
		["Answer", "wide", ({ predicted }) => word(predicted)],
		["Without noise", "wide", ({ clean }) => word(clean)],
		["Seconds", "number wide", ({ seconds }) => short(seconds, 2)],
	], sort, (chosen) => tell({ sort: chosen }));
	const more = el("button", { type: "button", onclick: () => read(next) }, "Show more rows");
	let rows = [];
	let refused = [];
	let next = null;
	/** Read a page after a number. It takes the place of the rows that it spans. */
	async function read(after) {
		const page = await json(`${path}/rows?${new URLSearchParams({ after, ...(among && { among }) })}`, { signal });
		const later = rows.filter(({ number }) => number > (page.next_after ?? Infinity));
		if (!later.length) next = page.next_after;
		rows = [...rows.filter(({ number }) => number <= after), ...page.rows, ...later];
		draw();
	}
	function draw() {
		more.hidden = !next;
		table.draw(among ? rows : [...refused, ...rows]);
	}
	return {
		node: el("section.card.stack", el("h2", "Rows"), choice("Show", AMONG, among, (chosen) => {
			among = chosen;
			rows = [];
			tell({ among });
			read(0);
		}), table.node, el("div", more)),
		read: () => read(among ? 0 : (rows.find(({ status }) => !status)?.number ?? rows.length + 1) - 1),
		refused(files) {
			refused = [...files];
			draw();
		},
	};
}

function stateOf({ status, abstained, correct, reason }) {
	if (status !== "succeeded") return [status ?? (reason ? "refused" : "not ended"), reason || status === "failed" ? "failed" : status ? "muted" : "plain"];
	return abstained ? ["abstained", "abstained"] : correct === false ? ["certified, wrong", "failed"] : ["certified", "certified"];
}
