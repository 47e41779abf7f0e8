// Where a tensor comes in: typed, from a file, or chosen in the plane.

import { el, fileField, makeField, makePlane } from "../kit.js";

const TYPED = 1024;

export function makeTensorInput(model, given, changed) {
	const { shape, low, high } = model.input;
	const size = shape.reduce((product, one) => product * one, 1);
	const box = el("textarea", { rows: 3, spellcheck: "false", oninput: typed });
	const chooser = fileField("or a file of numpy.save", ".npy", fileTaken);
	const plane = size === 2 ? makePlane({ low, high, pick: picked }) : null;
	const { node, fault } = makeField(`Numbers (${shape.join(" × ")})`, box, `${size} numbers from ${low} to ${high}${plane ? "; or click in the plane, or move the point by arrow keys" : ""}.`);
	const part = { fault, value: null, sigma: (value) => plane?.show({ noise: value * (high - low) }),
		node: el("div.stack", plane?.node, size <= TYPED ? node : fault.node, chooser.node) };

	function typed() {
		chooser.input.value = "";
		const data = box.value.split(/[\s,;]+/).filter(Boolean).map(Number);
		const wrong = !data.every(isFinite) ? "write numbers, with spaces or commas between them"
			: data.length && data.length !== size ? `there are ${data.length} numbers; the model takes ${size}` : "";
		fault.show(wrong);
		part.value = data.length === size && !wrong ? { tensor: { shape, data } } : null;
		if (part.value) plane?.show({ at: data });
	}
	function picked(...numbers) {
		box.value = numbers.map((one) => Number(one.toFixed(3))).join(", ");
		typed();
		changed();
	}
	function fileTaken(file) {
		if (!file) return;
		box.value = "";
		fault.show("");
		part.value = { kind: "tensor", file };
		changed();
	}
	if (given || plane) {
		box.value = given || "0.3, 0.2";
		typed();
	}
	return part;
}
