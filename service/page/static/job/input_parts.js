// What takes the input itself: changes of the certified size, and the same input by all certifiers.

import { el, json, keep, label, Problem, put } from "../kit.js";
import { makeField } from "../certify/fields.js";
import { heldInput, hold } from "../held.js";
import { preview } from "../preview.js";
import { makePlane } from "../plane.js";
import { changesOf } from "./changes.js";
import { compare, submitOthers } from "./comparing.js";

const LOST = "This page no longer has the picture: it was in the memory of the tab, and the service deletes an input when its job ends. Choose it again to see what changes of this size look like, and to compare certifiers.";

/** Put these parts into a place. Where the input is gone, say so and ask for the picture again. */
export async function inputParts(place, job, params, signal) {
	const model = await json(`v1/models/${encodeURIComponent(job.request.model)}`, { signal });
	const input = await heldInput(job, params);
	const picture = input?.kind === "image" ? await preview(model, input.file, signal) : null;
	put(place, await shown(), comparison());

	function shown() {
		const held = job.certificate;
		if (!input) return lost();
		if (held.abstained) return null;
		if (picture) return changesOf(picture, held.radius, label(held.prediction), model.input.high - model.input.low);
		if (input?.numbers?.length !== 2) return null;
		const plane = makePlane(model.input);
		plane.show({ at: input.numbers, noise: held.sigma, disc: held.radius });
		return el("section.card.stack", el("h2", "The certified disc"), plane.node);
	}

	function lost() {
		if (model.input.kind !== "image") return el("p.muted", "This page no longer has the input of this job.");
		const chooser = el("input", { type: "file", accept: "image/*", onchange: () => again(chooser.files[0]) });
		const { node, fault } = makeField("Choose the picture again", chooser);
		async function again(file) {
			try {
				const { sha256 } = await preview(model, file, signal);
				if (sha256 !== job.request.input.sha256) {
					fault.show("This is another picture than the one that was certified.");
					return;
				}
				hold(job.id, { kind: "image", file });
				await inputParts(place, job, params, signal);
			} catch (error) {
				if (!(error instanceof Problem)) throw error;
				fault.show(error.message);
			}
		}
		return el("section.card.stack", el("h2", "The picture"), el("p", LOST), node);
	}

	function comparison() {
		if (!input && model.input.kind !== "image") return null;
		const results = el("div.stack", { "aria-live": "polite" });
		const show = (others) => {
			button.hidden = true;
			return compare(results, job, others, signal);
		};
		const button = el("button", { type: "button", onclick: async () => {
			if (!input) return place.querySelector("[type=file]").click();
			button.disabled = true;
			const others = await submitOthers(job, input, signal);
			keep("job", { ...params, others: others.map((one) => one.id).filter(Boolean).join(",") });
			await show(others);
		} }, input ? "Certify it by the other certifiers too" : "Choose the picture again to compare certifiers");
		if (params.others) show(params.others.split(",").map((id) => ({ id })));
		return el("section.card.stack", el("h2", "Same input, all certifiers"),
			el("p", "The same input, parameters and noise, by each certifier that takes them."), el("div", button), results);
	}
}
