// What takes the input itself: changes of the certified size, and the same input by all certifiers.

import { at, button, canvasFor, card, down, draw, el, fileField, heldInput, hold, json, keep, label, live, makeField, makePlane, normals, preview, put, refused, say, short } from "../kit.js";
import { compare, submitOthers } from "./comparing.js";

const STEPS = 100;
const LOST = "This page no longer has the picture, and the service deleted it. Choose it again to see changes and to compare certifiers.";

export async function inputParts(place, job, params, signal) {
	const model = await json(at("models", job.request.model), signal);
	const input = await heldInput(job, params);
	const picture = input?.kind === "image" ? await preview(model, input.file, signal) : null;
	put(place, await shown(), comparison());

	function shown() {
		const held = job.certificate;
		if (!input) return lost();
		if (held.abstained) return null;
		if (picture) return changesOf(picture, held.radius, label(held.prediction), model.input.high - model.input.low);
		if (input.tensor?.data.length !== 2) return null;
		const plane = makePlane(model.input);
		plane.show({ at: input.tensor.data, noise: held.sigma, disc: held.radius });
		return card("The certified disc", plane.node);
	}

	function lost() {
		if (model.input.kind !== "image") return el("p.muted", "This page no longer has the input of this job.");
		const { node, fault } = fileField("Choose the picture again", "image/*", (file) => again(file).catch(refused(fault.show)));
		async function again(file) {
			const { sha256 } = await preview(model, file, signal);
			if (sha256 !== job.request.input.sha256) return fault.show("This is another picture than the one that was certified.");
			hold(job.id, { kind: "image", file });
			return inputParts(place, job, params, signal);
		}
		return card("The picture", el("p", LOST), node);
	}

	function comparison() {
		if (!input && !params.others) return null;
		const results = live("div.stack");
		const show = (others) => compare(results, job, others, signal);
		const start = input && !params.others && button("Certify it by the other certifiers too", async () => {
			start.disabled = true;
			const others = await submitOthers(job, input, signal);
			start.remove();
			keep("job", { ...params, others: others.map(({ id }) => id).filter(Boolean).join(",") });
			await show(others);
		});
		if (params.others) show(params.others.split(",").map((id) => ({ id })));
		return card("Same input, all certifiers", el("p", "With the same parameters and noise, where a certifier takes them."), el("div", start), results);
	}
}

/** Changes whose size a slider sets, from 0 to twice the radius. `scale`: the width of the model's. */
function changesOf(picture, radius, name, scale) {
	const { data } = picture;
	const slider = el("input", { type: "range", max: 2 * STEPS, value: STEPS - 1, oninput: paint });
	const words = live("p.small");
	const changes = [["noise over all pixels", noise(data)], ["one patch", patch(picture)], ["less contrast", contrast(data)]].map(([kind, direction]) =>
		({ kind, direction, canvas: canvasFor(picture, `The picture changed: ${kind}`), length: Math.sqrt(direction.reduce((sum, value) => sum + value * value, 0)) || 1 }));
	function paint() {
		const size = (radius * slider.value) / STEPS;
		for (const { direction, canvas, length } of changes) draw(canvas, picture, data.map((value, i) => value + (size / scale / length) * direction[i]));
		const told = size < radius ? `below the radius: the class stays "${name}".` : "not below the radius: nothing is guaranteed here.";
		say(words, `Each differs from yours by ${short(size)} in L2, ${told} Spread over all ${data.length} numbers that is ${short(size / Math.sqrt(data.length))} each.`);
		slider.ariaValueText = `size ${short(size)}`;
	}
	paint();
	return card("What a change of this size looks like", makeField(`Size of the change, from 0 to twice ${down(radius)}`, slider).node, words,
		el("div.pair", changes.map(({ kind, canvas }) => el("figure", canvas, el("figcaption.small", kind)))));
}

/** Noise that turns back where it would leave black or white. */
const noise = (data) => normals(data.length).map((value, i) => (data[i] + value < 0 || data[i] + value > 1 ? -value : value));

function patch({ width, height, channels, data }) {
	const side = Math.max(3, Math.round(Math.min(width, height) / 9));
	const inside = (place, length) => place >= Math.floor((length - side) / 2) && place < Math.floor((length + side) / 2);
	return data.map((pixel, i) => {
		const place = Math.floor(i / channels);
		return inside(place % width, width) && inside(Math.floor(place / width), height) ? (pixel > 0.5 ? -1 : 1) : 0;
	});
}

function contrast(data) {
	const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
	return data.map((value) => mean - value);
}
