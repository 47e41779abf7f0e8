// The fields of a certification, with explanations of one line.

import { certifier, el, makeField, makeSelect, short } from "../kit.js";

export const CERTIFIERS = {
	"": "The one that suits the size of the input.",
	first_order: "Counts the votes alone. The baseline: works in any dimension, with any number of samples.",
	second_order: "Also measures how steep the score is. Pays for small inputs, or with many samples.",
	dipole: "Counts pairs of opposite noise. Pays where the score is well below 1, in any dimension.",
};

/** Name, title, options or placeholder, hint. */
const FIRST = [
	["certifier", "Certifier", CERTIFIERS],
	["n", "Samples n", "100000", "Noisy copies that the classifier judges. More samples: a larger radius, and a longer wait."],
	["eta", "Error eta", "0.001", "The chance that the certificate is wrong is at most this."],
	["stop_radius", "Stop at radius", "never", "End as soon as this radius is certified. Empty: judge all n samples."],
];
const MORE = [
	["bounds", "Bounds", {
		tight: "The service's sharper bounds, proved in its documents.",
		paper: "The paper's own bounds, for comparison. They give smaller radii.",
	}],
	["decision", "Decision", {
		majority: "The class keeps a score above one half.",
		multiclass: "The class stays ahead of every other class, even with a score below one half.",
		top_k: "The class stays among the k largest scores.",
	}],
	["k", "k", "2", "For top k alone: how many of the largest scores."],
	["noise", "Noise", {
		gaussian: "Gaussian noise in float32 numbers.",
		discrete: "Whole steps of an 8-bit image: also holds against classifiers that exploit rounding.",
	}],
	["n0", "Selection n0", "100", "Samples that choose the class. They are never counted again."],
	["seed", "Seed", "at random", "The same seed and fields give the same counts. Fix it before you see any result."],
	["stop_give_up", "Give up", { "": "Go on to n samples.", true: "End also once the radius to stop at is out of reach." }],
];
const WORDS = { certifier: "as the service chooses", stop_give_up: "no", true: "yes" };
const DEFAULTS = { bounds: "tight", decision: "majority", noise: "gaussian" };
const LEAST_SIGMA = 0.01;
const TIMES = 200; // as much is the largest sigma
const STEPS = 200;

export function makeFields(given) {
	const all = [];
	const grid = (some) => el("div.fields", some.map(([name, title, options, hint]) => {
		const input = hint ? el("input", { name, inputmode: "decimal", placeholder: options, value: given[name] })
			: makeSelect(Object.keys(options).map((one) => [one, WORDS[one || name] ?? certifier(one)]), given[name], { name });
		const field = makeField(title, input, hint ?? ((chosen) => options[chosen]));
		all.push(field);
		return field.node;
	}));
	return {
		all,
		node: el("div.stack", grid(FIRST), el("details", { open: MORE.some(([name]) => given[name]) }, el("summary", "More choices"), grid(MORE))),
		/** Disable choices that do not go with the others; not the chosen one, which a form would leave out. */
		offer(offers, values) {
			for (const { input: { name, options = [] } } of all) for (const option of options)
				option.disabled = !option.selected && !offers.some((offer) => fits(offer, { ...values, [name]: option.value }));
		},
	};
}

export function fits(offer, values) {
	const { certifier: asked, bounds, decision, noise } = { ...DEFAULTS, ...values };
	return (!asked || asked === offer.certifier) && bounds === offer.bounds && offer.decisions.includes(decision) && offer.noises.includes(noise);
}

/** What a form says that is not as the service would choose. */
export function valuesOf(form) {
	return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])
		.filter(([name, value]) => value && value !== DEFAULTS[name]));
}

/** Values and `more` as JSON. The seed stays text: numbers here cannot hold all seeds. */
export function asJson(values, more) {
	const { stop_radius: radius, stop_give_up: giveUp, ...fields } = Object.fromEntries(Object.entries(values).map(([name, value]) =>
		[name, isFinite(value) && !/model|seed/.test(name) ? Number(value) : value]));
	return JSON.stringify({ ...fields, stop: radius || giveUp ? { radius, give_up: giveUp && true } : undefined, ...more });
}

export function makeSigma() {
	const number = el("input", { name: "sigma", inputmode: "decimal", oninput: toSlider });
	const slider = el("input", { type: "range", max: STEPS, "aria-label": "Sigma by a slider", oninput: () => {
		number.value = short(width * LEAST_SIGMA * TIMES ** (slider.value / STEPS), 2);
		tell();
	} });
	let width = 1;

	function toSlider() {
		const share = Math.log(number.value / width / LEAST_SIGMA) / Math.log(TIMES);
		if (isFinite(share)) slider.value = STEPS * share;
		tell();
	}
	function tell() {
		slider.ariaValueText = `sigma ${number.value}`;
	}
	return {
		...makeField("Noise sigma", number, "More noise allows larger radii, and makes the classifier less accurate. Best is what it was trained with.", el("div.sigma", number, slider)),
		scale(next, sigma = 0.25 * next) {
			width = next;
			number.value = sigma;
			toSlider();
		},
	};
}

export function modelField(models, chosen, changed) {
	const current = () => models.find(({ name }) => name === select.value);
	const select = makeSelect(models.map(({ name, unloadable }) => [name, unloadable && `${name} (cannot be loaded)`]), chosen, { name: "model", onchange: changed });
	return { current, ...makeField("Model", select, () => aboutModel(current())) };
}

export function aboutModel({ labels, trained_sigma: sigma, description, input, unloadable }) {
	const few = labels.length > 12 ? `${labels.slice(0, 10).join(", ")} and ${labels.length - 10} more` : labels.join(", ");
	const trained = sigma === null ? "Trained without noise: expect small radii, or none." : `Trained with noise of sigma ${sigma}.`;
	return [
		el("p", description ?? "Nobody has described this model."),
		el("p", `${trained} Input ${input.shape.join(" × ")}. Classes: ${few}.`),
		unloadable && el("p.fault", `No live worker can load it: ${unloadable}`),
	];
}
