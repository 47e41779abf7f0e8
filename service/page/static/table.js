// Tables of things that change.

import { button, el, put } from "./kit.js";

/** A table that `draw(items)` fills. Columns: `[name, cell(item), class]`; narrow screens show the rows of `cards` as cards.
 *  With `sorted`, heads sort the rows; `sort`: a column, after "-" for falling. */
export function makeTable(caption, columns, { cards, sort, sorted } = {}) {
	let items = [];
	let drawn = "";
	const heads = columns.map(([name, , kind]) => el("th", { scope: "col", class: kind }, sorted ? button(name, () => {
		sort = sort === name ? `-${name}` : name;
		sorted(sort);
		draw();
	}, { class: "plain" }) : name));
	const body = el("tbody");
	function draw(next = items) {
		items = next;
		if (drawn === (drawn = sort + JSON.stringify(items))) return;
		const focused = body.contains(document.activeElement) && document.activeElement.getAttribute("href");
		const rows = items.map((item) => el("tr", columns.map(([name, cell, kind]) => el("td", { class: kind, "data-name": name }, cell(item)))));
		heads.forEach((head, i) => {
			const turn = ["", "-"].findIndex((sign) => sign + columns[i][0] === sort);
			head.setAttribute("aria-sort", ["none", "ascending", "descending"][turn + 1]);
			if (turn >= 0) rows.sort((a, b) => ranked(a.cells[i].textContent, b.cells[i].textContent, turn ? -1 : 1));
		});
		put(body, rows);
		if (focused) body.querySelector(`[href="${focused}"]`)?.focus();
	}
	return { draw, node: el("div.table", { role: "region", tabindex: 0, "aria-label": caption },
		el("table", { "aria-label": caption, class: cards && "cards" }, el("thead", el("tr", heads)), body)) };
}

function ranked(a, b, sign) {
	if (a === "–" || b === "–") return (a === "–") - (b === "–"); // no value comes last
	return sign * (a - b || a.localeCompare(b, "en", { numeric: true }));
}
