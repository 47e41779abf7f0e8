// A certification's answer in words.

import { bar, count, el, isWrong, label, short, terms } from "../kit.js";

export function answerWords(job) {
	const held = job.certificate;
	if (held.abstained) return ["These samples do not single out a class.", ...job.warnings].map((one) => el("p", one));
	const name = `"${label(held.prediction)}"`;
	const kept = held.decision === "top_k" ? `keeps ${name} among its ${held.k} best answers` : `answers ${name}`;
	const things = held.input.source === "image" ? "image" : "input";
	return [
		isWrong(job) && el("p", el("strong.fault", `This answer is wrong: the input's label in its run is class ${job.row.label}.`)),
		el("p", `The smoothed classifier ${kept} for every ${things} closer than ${held.radius} to this one. The chance that this is wrong is at most ${held.eta}.`),
		el("p.muted", `It is about the smoothed classifier: ${held.model.name} under noise of sigma ${short(held.sigma)}. It says nothing of other norms, of larger changes, or of whether ${name} is right.`),
		ENDED[held.ended_by] && el("p", ENDED[held.ended_by]),
	];
}

const ENDED = {
	stop_radius: "The job ended early: the radius to stop at was certified.",
	out_of_reach: "The job ended early: the radius to stop at was out of reach.",
	cancelled: "The job was cancelled: this is what the samples up to then certify.",
};

export function predictions(held) {
	const clean = held.clean_prediction;
	return [
		el("dl", terms([["clean answer", clean ? label(clean) : "not known"], [held.abstained ? "chosen class" : "smoothed answer", label(held.prediction)]])),
		clean && clean.index !== held.prediction.index && el("p.small", "They differ."),
	];
}

export function votes(held) {
	const { hits, pairs } = held.counts;
	if (hits) {
		const rows = hits.per_class.map((some, index) => [index === hits.target ? label(held.prediction) : `class ${index}`, some, index === hits.target]);
		return bars("Votes of the samples", rows.filter(([, some]) => some).sort((a, b) => b[1] - a[1]).slice(0, 10), hits.n);
	}
	if (!pairs) return null;
	const neither = pairs.pairs - pairs.both - pairs.plus_only - pairs.minus_only;
	return bars(`Pairs of opposite noise that answer "${label(held.prediction)}"`,
		[["both", pairs.both, true], ["plus alone", pairs.plus_only], ["minus alone", pairs.minus_only], ["neither", neither]], pairs.pairs);
}

/** Bars: rows of `[name, count, whether it is the one that matters]`. */
export function bars(name, rows, total) {
	return el("section", { "aria-label": name }, el("h2", name), rows.map(([what, some, target]) =>
		el("div.vote", el("span", { title: what }, what), bar(some, total, target ? "target" : ""), el("span.number", count(some)))));
}
