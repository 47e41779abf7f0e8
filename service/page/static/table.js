// Tables of things that change.

import { button, el, put } from "./kit.js";

/** A table that `draw(items)` fills. Columns: `[name, classes, cell(item)]`, those of class `wide` for wide screens. With
 *  `sorted`, heads sort the rows; `sort`: a column, after "-" for falling. */
export function makeTable(caption, columns, sort, sorted) {
	let items = [];
	let drawn = "";
	const heads = columns.map(([name, kind]) => el("th", { scope: "col", class: kind }, sorted ? button(name, () => {
		sort = sort === name ? `-${name}` : name;
		sorted(sort);
		draw();
	}, { class: "plain" }) : name));
	const body = el("tbody");
	function draw(next = items) {
		items = next;
		if (drawn === (drawn = sort + JSON.stringify(items))) return;
		const focused = body.contains(document.activeElement) && document.activeElement.getAttribute("href");
		const rows = items.map((item) => el("tr", columns.map(([, kind, cell]) => el("td", { class: kind }, cell(item)))));
		heads.forEach((head, i) => {
			const turn = ["", "-"].findIndex((sign) => sign + columns[i][0] === sort);
			head.setAttribute("aria-sort", ["none", "ascending", "descending"][turn + 1]);
			if (turn >= 0) rows.sort((a, b) => ranked(a.cells[i].textContent, b.cells[i].textContent, turn ? -1 : 1));
		});
		put(body, rows);
		if (focused) body.querySelector(`[href="${focused}"]`)?.focus();
	}
	return { draw, node: el("div.table", { role: "region", tabindex: 0, "aria-label": caption },
		el("table", { "aria-label": caption }, el("thead", el("tr", heads)), body)) };
}

/** "–" comes last. */
function ranked(a, b, sign) {
	if (a === "–" || b === "–") return (a === "–") - (b === "–");
	return sign * (a - b || a.localeCompare(b, "en", { numeric: true }));
}
