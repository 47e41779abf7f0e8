// The noise: a number and a slider that are the same value.

import { el } from "../dom.js";
import { makeField } from "./fields.js";

const LEAST = 0.01;
const MOST = 2;
const STEPS = 200;

export function makeSigma(changed) {
	const number = el("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
	const slider = el("input", { type: "range", min: 0, max: STEPS, step: 1, "aria-label": "Sigma by a slider" });
	let width = 1;

	const toSlider = () => {
		const share = Math.log(Number(number.value) / width / LEAST) / Math.log(MOST / LEAST);
		if (Number.isFinite(share)) slider.value = Math.round(STEPS * share);
		slider.ariaValueText = `sigma ${number.value}`;
	};
	number.addEventListener("input", () => {
		toSlider();
		changed();
	});
	slider.addEventListener("input", () => {
		number.value = Number((width * LEAST * (MOST / LEAST) ** (slider.value / STEPS)).toPrecision(2));
		slider.ariaValueText = `sigma ${number.value}`;
		changed();
	});
	return {
		...makeField("Noise sigma", number, "More noise allows larger radii, and makes the classifier less accurate. Best is what it was trained with.", el("div.sigma", number, slider)),
		value: () => number.value.trim(),
		/** Take another model's scale, and begin at some sigma, or at a quarter of the scale's width if there is none. */
		scale(next, sigma) {
			width = next;
			number.value = sigma ?? 0.25 * width;
			toSlider();
		},
	};
}
