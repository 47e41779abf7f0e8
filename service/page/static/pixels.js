// Pictures as arrays of numbers from 0 to 1, canvases that show them, and noisy copies.

import { el, post, put } from "./kit.js";

const COPIES = 8;
const LARGEST = 150_528;

/** A picture as a model sees it, and what the service says of it. */
export async function preview({ name, input: { shape, layout } }, image, signal) {
	const { picture, input } = await post("v1/previews", { model: name, image }, { signal });
	return { ...(await decoded(picture, shape[layout === "NHWC" ? 2 : 0])), ...input };
}

async function decoded(src, channels) {
	const image = Object.assign(new Image(), { src });
	await image.decode();
	const { width, height } = image;
	const context = new OffscreenCanvas(width, height).getContext("2d");
	context.drawImage(image, 0, 0);
	const bytes = context.getImageData(0, 0, width, height).data;
	const data = new Float64Array(width * height * channels);
	for (let i = 0; i < data.length; i += 1) data[i] = bytes[4 * Math.floor(i / channels) + (i % channels)] / 255;
	return { width, height, channels, data };
}

export function canvasFor({ width, height }, words) {
	return el("canvas.pixels", { width, height, role: "img", "aria-label": words });
}

export function draw(canvas, { channels }, data) {
	const context = canvas.getContext("2d");
	const shown = context.createImageData(canvas.width, canvas.height);
	for (let pixel = 0; 4 * pixel < shown.data.length; pixel += 1) {
		for (let c = 0; c < 3; c += 1) shown.data[4 * pixel + c] = 255 * data[pixel * channels + (c % channels)] + 0.5;
		shown.data[4 * pixel + 3] = 255;
	}
	context.putImageData(shown, 0, 0);
}

/** Standard normal numbers, the same for the same seed. They are for pictures alone. */
export function normals(size, seed) {
	let state = seed;
	const uniform = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state + 0.5) / 2 ** 32;
	};
	return new Float64Array(size).map(() => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

/** Noisy copies in a row. `show(picture)`: of another picture; `sigma(value)`: other noise, in widths of the scale. */
export function makeCopies() {
	const row = el("div.copies");
	const node = el("figure", el("figcaption.small.muted", "Copies like those that the classifier judges. Numbers below 0 or above 1 are drawn as black or white."), row);
	let picture = null;
	let sigma = 0;
	let noise = [];
	let frame = 0;

	function paint() {
		noise.forEach((one, i) => draw(row.children[i], picture, picture.data.map((value, j) => value + sigma * one[j])));
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
			noise = picture ? Array.from({ length: COPIES }, (_, i) => normals(picture.data.length, i + 1)) : [];
			put(row, noise.map((_, i) => canvasFor(picture, `Noisy copy ${i + 1}`)));
			later();
		},
		sigma(value) {
			sigma = value;
			later();
		},
	};
}
