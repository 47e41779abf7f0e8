// Changes of some size: noise, a patch and less contrast.

import { down, el, freshId, put, say, short } from "../kit.js";
import { canvasFor, draw, normals } from "../pixels.js";

const STEPS = 100;

/** A slider sets their size, from 0 to twice the radius. `width`: of the model's scale. */
export function changesOf(picture, radius, name, width = 1) {
	const id = freshId("change");
	const slider = el("input", { id, type: "range", min: 0, max: 2 * STEPS, value: STEPS });
	const words = el("p.small", { "aria-live": "polite" });
	const kinds = [["noise over all pixels", noise(picture)], ["one patch", patch(picture)], ["less contrast", contrast(picture)]];
	const canvases = kinds.map(([kind]) => canvasFor(picture, `The picture changed: ${kind}`));
	function paint() {
		const size = (radius * slider.value) / STEPS;
		canvases.forEach((canvas, i) => draw(canvas, picture, picture.data.map((value, j) => value + (size / width) * kinds[i][1][j])));
		const told = size < radius ? `below the radius: the class stays "${name}".` : "not below the radius: nothing is guaranteed here; the class may or may not change.";
		say(words, `Each differs from yours by ${short(size)} in L2, ${told} Spread over all ${picture.data.length} numbers that is ${short(size / Math.sqrt(picture.data.length))} each. Numbers beyond black and white are drawn as those.`);
		slider.setAttribute("aria-valuetext", `size ${short(size)}`);
	}
	slider.addEventListener("input", paint);
	paint();
	return el("section.card.stack", el("h2", "What a change of this size looks like"),
		el("div.field", el("label", { for: id }, `Size of the change, from 0 to twice ${down(radius)}`), slider), words,
		el("div.pair", kinds.map(([kind], i) => el("figure.noisy", canvases[i], el("figcaption.small", kind)))));
}

function unit(direction) {
	const length = Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0));
	return length ? direction.map((value) => value / length) : direction;
}

function noise(picture) {
	return unit(normals(picture.data.length, 7).map((value, i) => inward(picture.data[i], value)));
}

function inward(pixel, value) {
	return pixel + value < 0 || pixel + value > 1 ? -value : value;
}

function patch({ width, height, channels, data }) {
	const side = Math.max(3, Math.round(Math.min(width, height) / 9));
	const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
	return unit(data.map((pixel, i) => {
		const place = Math.floor(i / channels);
		const [x, y] = [(place % width) - left, Math.floor(place / width) - top];
		return x >= 0 && y >= 0 && x < side && y < side ? (pixel > 0.5 ? -1 : 1) : 0;
	}));
}

function contrast({ data }) {
	const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
	return unit(data.map((value) => mean - value));
}
