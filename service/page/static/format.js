// Numbers, times, states and requests in words.

import { el } from "./dom.js";

export const STATES = ["queued", "running", "succeeded", "failed", "cancelled"];

export const count = (value) => Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");

/** A radius rounded down, so that nothing shown is more than was certified. */
export function down(value, digits = 3) {
	const scale = 10 ** digits;
	return value == null ? "–" : (Math.floor(value * scale) / scale).toFixed(digits);
}

export const short = (value, digits = 3) => value == null ? "–" : String(Number(value.toPrecision(digits)));

export const percent = (share, digits = 3) => share == null ? "–" : `${Number((100 * share).toPrecision(digits))}\u202f%`;

/** A share rounded down, or up, to a tenth of a per cent: what is claimed by at least, or by at most, so much. */
export const percentDown = (share) => placed(share, Math.floor);
export const percentUp = (share) => placed(share, Math.ceil);
const placed = (share, round) => share == null ? "–" : `${(round(Number((1000 * share).toPrecision(12))) / 10).toFixed(1)}\u202f%`;

export function duration(seconds) {
	const [unit, name] = seconds < 90 ? [1, "s"] : seconds < 5400 ? [60, "min"] : [3600, "h"];
	return seconds < 1 ? "Less than 1 s" : `About ${Math.round(seconds / unit)} ${name}`;
}

export const moment = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const label = (prediction) => prediction.label || `class ${prediction.index}`;

export const certifier = (name) => name.replaceAll("_", " ");

export function stateOf({ status, certificate: held }) {
	if (status === "succeeded") return stateWord(held?.abstained ? "abstained" : "certified");
	if (status === "cancelled" && held && !held.abstained) return stateWord("cancelled, certified so far", "certified");
	return stateWord(status);
}

/** A word with the sign and colour of a kind: certified, abstained, failed, cancelled, or none of them. */
export const stateWord = (name, kind = name) => el("span", { class: `state ${kind}` }, name);

export function facts(asked, more) {
	const rows = { Model: asked.model, Certifier: certifier(asked.certifier), Sigma: short(asked.sigma), "Samples n": count(asked.n), Eta: asked.eta,
		Bounds: asked.bounds, Decision: certifier(asked.decision), Noise: asked.noise, Seed: asked.seed, ...more };
	return el("dl.small", Object.entries(rows).map(([name, value]) => [el("dt", name), el("dd", String(value))]));
}
