// What was asked for and how it stands.

import { el } from "./dom.js";
import { certifier, count, short } from "./format.js";

export function facts(asked, more) {
	const rows = { Model: asked.model, Certifier: certifier(asked.certifier), Sigma: short(asked.sigma), "Samples n": count(asked.n), Eta: asked.eta,
		Bounds: asked.bounds, Decision: certifier(asked.decision), Noise: asked.noise, Seed: asked.seed, ...more };
	return el("dl.small", Object.entries(rows).map(([name, value]) => [el("dt", name), el("dd", String(value))]));
}

export function stateWord(name, kind) {
	return el("span", { class: `state ${kind}` }, name);
}
