// Eight noisy copies of the picture.

import { el, put } from "../dom.js";
import { canvasFor, draw, normals } from "../pixels.js";

const COPIES = 8;
const LARGEST = 150_528;

/** `show(picture)`: of another picture; `sigma(value)`: other noise, in widths of the scale. */
export function makeCopies() {
	const row = el("div.copies");
	const node = el("figure.noisy", el("figcaption.small.muted", "Copies like those that the classifier judges. Numbers below 0 or above 1 are drawn as black or white."), row);
	let picture = null;
	let sigma = 0;
	let noise = [];
	let canvases = [];
	let frame = 0;

	function paint() {
		canvases.forEach((canvas, i) => draw(canvas, picture, picture.data.map((value, j) => value + sigma * noise[i][j])));
	}
	function later() {
		cancelAnimationFrame(frame);
		if (picture) frame = requestAnimationFrame(paint);
	}
	node.hidden = true;
	return {
		node,
		show(next) {
			picture = next?.data.length <= LARGEST ? next : null;
			node.hidden = !picture;
			if (!picture) return;
			noise = Array.from({ length: COPIES }, (_, i) => normals(picture.data.length, i + 1));
			put(row, canvases = noise.map((_, i) => canvasFor(picture, `Noisy copy ${i + 1}`)));
			later();
		},
		sigma(value) {
			sigma = value;
			later();
		},
	};
}
