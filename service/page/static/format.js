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

/** A share rounded down, or up, to a tenth of a per cent: what is claimed by at least, or by at most, so much. */
export const percentDown = (share) => placed(share, Math.floor);
export const percentUp = (share) => placed(share, Math.ceil);
const placed = (share, round) => share == null ? "–" : `${(round(Number((1000 * share).toPrecision(12))) / 10).toFixed(1)}\u202f%`;

export function duration(seconds) {
	const [unit, name] = seconds < 90 ? [1, "s"] : seconds < 5400 ? [60, "min"] : [3600, "h"];
	return seconds < 1 ? "Less than 1 s" : `About ${Math.round(seconds / unit)} ${name}`;
}

export const endedOf = ({ rows, request }) => [rows.total - rows.queued - rows.running + rows.skipped, Math.max(request.expected_rows, rows.total + rows.skipped)];

export const moment = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** The radius of a certificate or a row, where it has one. */
export const radiusOf = (held) => down(held?.abstained ? null : held?.radius);

export const label = (prediction) => prediction.label || `class ${prediction.index}`;

export const certifier = (name) => name.replaceAll("_", " ");

/** Whether a job certifies another class than the label of its row. */
export const isWrong = ({ row, certificate: held }) => held?.abstained === false && (row?.label ?? held.prediction.index) !== held.prediction.index;

/** The state of a job, or of a row of a run. */
export function stateOf(one) {
	const { status, reason, certificate: held, abstained = held?.abstained, correct = !isWrong(one) } = one;
	const [word, kind] = correct === false ? ["certified, wrong", "failed"] : ["certified", "certified"];
	if (status === "succeeded") return abstained ? stateWord("abstained") : stateWord(word, kind);
	if (status === "cancelled" && held && !abstained) return stateWord(`cancelled, ${word} so far`, kind);
	return reason ? stateWord("refused", "failed") : stateWord(status ?? "not ended");
}

/** A word with the sign and colour of a kind: certified, abstained, failed, cancelled. */
export const stateWord = (name, kind = name) => el("span", { class: `state ${kind}` }, name);

export const terms = (pairs) => pairs.map(([name, ...about]) => [el("dt", name), el("dd", about)]);

export const facts = (asked, more) => el("dl.small", terms(Object.entries({ Model: asked.model, Certifier: certifier(asked.certifier), Sigma: short(asked.sigma),
	"Samples n": count(asked.n), Eta: asked.eta, Bounds: asked.bounds, Decision: certifier(asked.decision), Noise: asked.noise, Seed: asked.seed, ...more,
}).map((pair) => pair.map(String))));
