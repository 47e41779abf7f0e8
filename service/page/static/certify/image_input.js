// Where an image comes in: dropped, pasted, chosen or a sample; or a folder of them.

import { address, el, Problem, put } from "../kit.js";
import { SAMPLES, sampleInput } from "../held.js";
import { canvasFor, draw } from "../pixels.js";
import { preview } from "../preview.js";
import { filesBelow, folderOf } from "../run/folder.js";
import { makeField } from "./fields.js";
import { makeCopies } from "./noisy_copies.js";

export function makeImageInput(model, changed, signal) {
	const frame = el("div.frame", el("p.muted", "Drop a picture or a folder here, paste a picture, or choose a file: PNG, JPEG or WebP."));
	const conversions = el("div.small", { "aria-live": "polite" });
	const chooser = el("input", { type: "file", accept: "image/png,image/jpeg,image/webp", onchange: () => take(chooser.files[0]) });
	const { node: picture, fault } = makeField("Choose a picture", chooser);
	const folder = el("input", { type: "file", webkitdirectory: true, onchange: () => takeFolder([...folder.files].map((file) => [file.webkitRelativePath, file])) });
	const { node: pictures, fault: folderFault } = makeField("or a folder, as a run", folder,
		"Labels are the names of the folders inside, or in labels.csv (file_name,label).");
	const samples = el("div.samples", { role: "group", "aria-label": "Samples" }, SAMPLES.map((name) =>
		el("button", { type: "button", title: name, "aria-label": `Sample ${name}`, "aria-pressed": "false", onclick: () => takeSample(name) },
			el("img", { src: address(`page/samples/${name}.png`), alt: "", width: 28, height: 28 }))));
	const copies = makeCopies();
	const node = el("div.stack.drop", frame, conversions,
		picture, el("div.field", el("span.label", "or take a sample"), samples), pictures);
	const part = { node, copies: copies.node, fault, value: null, sigma: copies.sigma, take, takeSample, useFolder };
	let turn = 0;

	async function take(file) {
		if (file) await use({ kind: "image", file });
	}
	async function takeSample(name) {
		const input = await sampleInput(name);
		if (input) await use(input);
	}
	function takeFolder(files) {
		if (files.length) folderOf(files).then(useFolder, (error) => folderFault.show(error.message));
	}
	function useFolder(input) {
		begin(input);
		copies.show(null);
		const labelled = input.rows.filter(({ label }) => label).length;
		put(frame, el("p", el("strong", input.name), el("br"), `${input.rows.length} files, ${labelled} with a label`));
		put(conversions);
	}
	function begin(input) {
		turn += 1;
		part.value = input;
		for (const one of samples.children) one.setAttribute("aria-pressed", String(one.title === input.sample));
		fault.show("");
		changed();
		return turn;
	}
	async function use(input) {
		const mine = begin(input);
		try {
			const picture = await preview(model, input.file, signal);
			if (mine === turn) showPicture(picture, input.file.name);
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			if (mine === turn) refused(error, input.file.name);
		}
	}
	function showPicture(picture, name) {
		copies.show(picture);
		const seen = `${name} as ${model.name} sees it, ${picture.width} × ${picture.height}.`;
		const canvas = canvasFor(picture, seen);
		draw(canvas, picture);
		put(frame, canvas);
		put(conversions, el("p", `${seen} ${picture.conversions.length ? `What was done to it: ${picture.conversions.join("; ")}.` : "Nothing was changed."}`));
	}
	function refused(problem, name) {
		copies.show(null);
		put(frame, el("p.muted", name));
		put(conversions);
		fault.show(problem.errors.map(({ message }) => message).join(" ") || problem.message);
	}
	listen(node, take, takeFolder, signal);
	return part;
}

function listen(node, take, takeFolder, signal) {
	node.addEventListener("dragover", (event) => {
		event.preventDefault();
		node.classList.add("over");
	});
	node.addEventListener("dragleave", () => node.classList.remove("over"));
	node.addEventListener("drop", (event) => {
		node.classList.remove("over");
		event.preventDefault();
		const entry = event.dataTransfer.items[0]?.webkitGetAsEntry();
		if (entry?.isDirectory) filesBelow(entry).then(takeFolder);
		else take(event.dataTransfer.files[0]);
	});
	document.addEventListener("paste", (event) => {
		const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
		if (!file) return;
		event.preventDefault();
		take(file);
	}, { signal });
}
