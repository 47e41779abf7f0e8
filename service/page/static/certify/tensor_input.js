// Where a tensor comes in: typed, from a file, or chosen in the plane.

import { el } from "../dom.js";
import { makePlane } from "../plane.js";
import { makeField } from "./fields.js";

const TYPED = 1024;

export function makeTensorInput(model, given, changed) {
	const { shape, low, high } = model.input;
	const size = shape.reduce((product, one) => product * one, 1);
	const box = el("textarea", { rows: 3, spellcheck: "false", oninput: () => typed() });
	const chooser = el("input", { type: "file", accept: ".npy", onchange: () => fileTaken(chooser.files[0]) });
	const plane = size === 2 ? makePlane({ low, high, pick: (x, y) => picked([x, y]) }) : null;
	const { node, fault } = makeField(`Numbers (${shape.join(" × ")})`, box, `${size} numbers from ${low} to ${high}${plane ? "; or click in the plane, or move the point with the arrow keys" : ""}.`);
	const part = { fault, value: null, sigma: (value) => plane?.show({ noise: value * (high - low) }), take: fileTaken,
		node: el("div.stack", plane?.node, size <= TYPED ? node : fault.node, makeField("or a file of numpy.save", chooser).node) };

	function typed() {
		chooser.value = "";
		const numbers = box.value.split(/[\s,;]+/).filter(Boolean).map(Number);
		const wrong = numbers.some((one) => !Number.isFinite(one)) ? "write numbers, with spaces or commas between them"
			: numbers.length && numbers.length !== size ? `there are ${numbers.length} numbers; the model takes ${size}` : "";
		fault.show(wrong);
		part.value = numbers.length === size && !wrong ? { numbers, shape } : null;
		if (part.value) plane?.show({ at: numbers });
		changed();
	}
	function picked(numbers) {
		box.value = numbers.map((one) => Number(one.toFixed(3))).join(", ");
		typed();
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
		queueMicrotask(typed);
	}
	return part;
}
