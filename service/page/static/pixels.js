// Pictures as arrays of numbers from 0 to 1, and canvases that show them.

import { el } from "./dom.js";

export async function decoded(address, channels) {
	const image = new Image();
	image.src = address;
	await image.decode();
	const { naturalWidth: width, naturalHeight: height } = image;
	const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
	context.drawImage(image, 0, 0);
	const bytes = context.getImageData(0, 0, width, height).data;
	const data = new Float64Array(width * height * channels);
	for (let i = 0; i < data.length; i += 1) data[i] = bytes[4 * Math.floor(i / channels) + (i % channels)] / 255;
	return { width, height, channels, data };
}

export function canvasFor(picture, words) {
	return el("canvas.pixels", { width: picture.width, height: picture.height, role: "img", "aria-label": words });
}

export function draw(canvas, picture, data = picture.data) {
	const context = canvas.getContext("2d");
	const shown = context.createImageData(picture.width, picture.height);
	const { channels } = picture;
	for (let pixel = 0; pixel < picture.width * picture.height; pixel += 1) {
		for (let c = 0; c < 3; c += 1) shown.data[4 * pixel + c] = 255 * data[pixel * channels + (c % channels)] + 0.5;
		shown.data[4 * pixel + 3] = 255;
	}
	context.putImageData(shown, 0, 0);
}

/** Independent standard normal numbers, the same for the same seed. They are for pictures alone. */
export function normals(size, seed) {
	let state = (seed * 2654435761) >>> 0 || 1;
	const uniform = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
	const found = new Float64Array(size);
	for (let i = 0; i < size; i += 1) found[i] = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
	return found;
}
