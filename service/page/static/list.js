// A list of jobs or runs whose first page is read again while people look at it.

import { choice, el, json, keep, pause, put } from "./kit.js";
import { makeTable } from "./table.js";

const AGAIN_MS = 5000;

/** `states`: to filter by, where the API does; `action`: a link. */
export async function showList(root, { view, title, path, columns, states, empty, action }, { status = "" }, signal) {
	let items = [];
	let cursor = null;
	const table = makeTable(title, columns);
	const more = el("button", { type: "button", onclick: () => read(cursor) }, "Show older ones");
	const none = el("p.card.empty");
	async function read(from) {
		const page = await json(`${path}?${new URLSearchParams({ limit: 50, ...(from && { cursor: from }), ...(status && { status }) })}`, { signal });
		const found = page.jobs ?? page.runs;
		const last = from || !page.next_cursor ? -1 : items.findIndex(({ id }) => id === found.at(-1)?.id);
		if (last < 0) cursor = page.next_cursor;
		items = from ? [...items, ...found] : last < 0 ? found : [...found, ...items.slice(last + 1)];
		more.hidden = !cursor;
		table.node.hidden = !items.length;
		none.hidden = items.length;
		put(none, status ? "Nothing in the list is in this state." : empty);
		table.draw(items);
	}
	put(root, el("h1", title), el("div.row.ends", states && choice("State", states, status, (chosen) => {
		status = chosen;
		keep(view, { status });
		read();
	}), action), table.node, none, more);
	for (;;) {
		if (!document.hidden) await read();
		await pause(AGAIN_MS, signal);
	}
}
