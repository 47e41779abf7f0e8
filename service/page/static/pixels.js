// Pictures as arrays of numbers from 0 to 1, canvases that show them, and noisy copies.

import { el, post, put } from "./kit.js";

const COPIES = 8;
const LARGEST = 150_528;

/** A picture as a model sees it, and what the service says of it. */
export async function preview({ name, input: { shape, layout } }, image, signal) {
	const { picture, input } = await post("v1/previews", { model: name, image }, signal);
	const decoded = Object.assign(new Image(), { src: picture });
	await decoded.decode();
	const { width, height } = decoded;
	const context = new OffscreenCanvas(width, height).getContext("2d");
	context.drawImage(decoded, 0, 0);
	const bytes = context.getImageData(0, 0, width, height).data;
	const channels = shape[layout === "NHWC" ? 2 : 0];
	const data = new Float64Array(width * height * channels).map((_, i) => bytes[4 * Math.floor(i / channels) + (i % channels)] / 255);
	return { width, height, channels, data, ...input };
}

export const canvasFor = ({ width, height }, words) => el("canvas.pixels", { width, height, role: "img", "aria-label": words });

export function draw(canvas, { channels }, data) {
	const context = canvas.getContext("2d");
	const shown = context.createImageData(canvas.width, canvas.height);
	shown.data.forEach((_, i, bytes) => { bytes[i] = i % 4 === 3 ? 255 : 255 * data[Math.floor(i / 4) * channels + ((i % 4) % channels)] + 0.5; });
	context.putImageData(shown, 0, 0);
}

/** Standard normal numbers, for pictures alone. */
export const normals = (size) => new Float64Array(size).map(() => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()));

/** Noisy copies in a row. `show(picture)`: of another picture; `sigma(value)`: in widths of the scale. */
export function makeCopies() {
	const row = el("div.copies");
	const node = el("figure", { hidden: true }, el("figcaption.small.muted", "Copies like those that are judged. Below 0 is drawn black, above 1 white."), row);
	let copies = [];
	let sigma = 0;
	let frame = 0;

	function later() {
		cancelAnimationFrame(frame);
		frame = requestAnimationFrame(() => copies.forEach(({ canvas, picture, noise }) =>
			draw(canvas, picture, picture.data.map((value, i) => value + sigma * noise[i]))));
	}
	return {
		node,
		show(picture) {
			node.hidden = !(picture?.data.length <= LARGEST);
			copies = node.hidden ? [] : Array.from({ length: COPIES }, (_, i) =>
				({ picture, canvas: canvasFor(picture, `Noisy copy ${i + 1}`), noise: normals(picture.data.length) }));
			put(row, copies.map(({ canvas }) => canvas));
			later();
		},
		sigma(value) {
			sigma = value;
			later();
		},
	};
}
