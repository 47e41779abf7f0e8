// Where an image comes in: dropped, pasted, chosen or a sample; or a folder of them.

import { button, canvasFor, count, draw, droppable, el, fileField, live, makeCopies, preview, put, refused, sampleInput, SAMPLES } from "../kit.js";
import { filesBelow, folderField } from "../run/folder.js";

export function makeImageInput(model, changed, signal) {
	const take = (file) => file && use({ kind: "image", file });
	const takeSample = (name) => sampleInput(name).then((input) => input && use(input));
	const frame = el("div.frame", { onclick: () => picture.input.click() }, el("p.muted", "Drop a picture or a folder here, paste a picture, or choose a file: PNG, JPEG or WebP."));
	const conversions = live("div.small");
	const picture = fileField("Choose a picture", "image/png,image/jpeg,image/webp", take);
	const folder = folderField("or a folder, as a run", use, "Labels are the names of the folders inside, or in labels.csv (file_name,label).");
	const samples = el("div.samples", { role: "group", "aria-label": "Samples" }, SAMPLES.map((name) =>
		button(el("img", { src: `page/samples/${name}.png`, alt: "" }), () => takeSample(name), { title: name, "aria-label": `Sample ${name}`, "aria-pressed": "false" })));
	const copies = makeCopies();
	const node = droppable(el("div.stack", frame, conversions, picture.node, el("div.field", el("strong", "or take a sample"), samples), folder.node), ({ items, files }) => {
		const entry = items[0]?.webkitGetAsEntry();
		if (entry?.isDirectory) filesBelow(entry).then(folder.read);
		else take(files[0]);
	});
	document.addEventListener("paste", (event) => {
		const file = [...event.clipboardData.files].find(({ type }) => type.startsWith("image/"));
		if (!file) return;
		event.preventDefault();
		take(file);
	}, { signal });
	const part = { node, copies: copies.node, fault: picture.fault, value: null, sigma: copies.sigma, use, takeSample };

	function use(input) {
		part.value = input;
		for (const one of samples.children) one.ariaPressed = String(one.title === input.sample);
		part.fault.show("");
		changed();
		const { file, name, rows, others } = input;
		if (rows) {
			show(null, el("p", el("strong", name), el("br"), `${count(rows.length)} pictures, ${count(rows.filter(({ label }) => label).length)} with a label${others ? `. Other files, left out: ${count(others)}` : ""}`));
			return;
		}
		const isLatest = () => part.value === input;
		preview(model, file, signal).then((picture) => {
			if (!isLatest()) return;
			const seen = `${file.name} as ${model.name} sees it, ${picture.width} × ${picture.height}.`;
			const canvas = canvasFor(picture, seen);
			draw(canvas, picture, picture.data);
			show(picture, canvas, el("p", `${seen} ${picture.conversions.length ? `What was done to it: ${picture.conversions.join("; ")}.` : "Nothing was changed."}`));
		}, refused((_, { about }) => {
			if (!isLatest()) return;
			show(null, el("p.muted", file.name));
			part.fault.show(about);
		}));
	}
	function show(picture, framed, said) {
		copies.show(picture);
		put(frame, framed);
		put(conversions, said);
	}
	return part;
}
