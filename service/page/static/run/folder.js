// A folder of pictures with their labels.

import { el, makeField } from "../kit.js";

const TABLE = "labels.csv";

export function folderField(title, take, hint) {
	const read = (files) => files.length && folderOf(files).then(take, (error) => fault.show(error.message));
	const { node, fault } = makeField(title, el("input", { type: "file", webkitdirectory: true, onchange: ({ target }) =>
		read([...target.files].map((file) => [file.webkitRelativePath, file])) }), hint);
	return { node, read };
}

/** All files below an entry that was dropped, as `[path, file]`. */
export async function filesBelow(entry) {
	if (entry.isFile) return [[entry.fullPath.slice(1), await new Promise((done, failed) => entry.file(done, failed))]];
	const reader = entry.createReader();
	const found = [];
	for (let some; some?.length !== 0; found.push(...some)) some = await new Promise((done, failed) => reader.readEntries(done, failed));
	return (await Promise.all(found.map(filesBelow))).flat();
}

/** The input made of `[path, file]` pairs: all pictures, with labels of `labels.csv` or of the folders inside. Hidden files
 *  are left out. */
async function folderOf(files) {
	const [name] = files[0][0].split("/");
	const all = files.map(([path, file]) => ({ file, key: path.slice(name.length + 1) }));
	const table = all.find(({ key }) => key === TABLE);
	const labels = table && labelsOf(await table.file.text());
	const seen = all.filter(({ key }) => key !== TABLE && !/(^|\/)\./.test(key)).sort((a, b) => a.key.localeCompare(b.key));
	const rows = seen.filter(({ file }) => file.type.startsWith("image/"));
	for (const row of rows) row.label = labels ? labels.get(row.key) : row.key.match(/^(.*?)\//)?.[1];
	if (!rows.length) throw new Error("There is no picture in this folder.");
	return { kind: "folder", name, rows, others: seen.length - rows.length };
}

function labelsOf(text) {
	const [head, ...lines] = linesOf(text);
	const [file, label] = ["file_name", "label"].map((name) => head.indexOf(name));
	if (file < 0 || label < 0) throw new Error(`${TABLE} needs the columns file_name and label.`);
	return new Map(lines.map((cells) => [cells[file], cells[label]]));
}

/** Lines as lists of cells, which in quotes may hold commas, line breaks, and quotes as two. */
function linesOf(text) {
	const lines = [[]];
	for (const [, quoted, plain, end] of text.matchAll(/[ \t]*(?:"((?:[^"]|"")*)"[ \t]*|([^,\r\n]*))(,|\r?\n|$)/g)) {
		lines.at(-1).push(quoted?.replaceAll('""', '"') ?? plain.trim());
		if (end !== ",") lines.push([]);
	}
	return lines;
}
