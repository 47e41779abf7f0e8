// The view of one certification: its progress, then its certificate.

import { at, bar, button, cancel, card, count, down, el, events, facts, isWrong, json, jsonBlob, label, lineChart, link, live, put, saveBlob, say, short, stateOf, stroke, svg, words } from "../kit.js";
import { answerWords, predictions, votes } from "../job/answer.js";
import { curveChart, curveOf, lineOf } from "../job/comparing.js";
import { inputParts } from "../job/input_parts.js";
import { verifyingOf } from "../job/verifying.js";

export const title = "Certification";

export async function mount(root, params, signal) {
	const path = at("certifications", params.id);
	const job = await json(path, signal);
	const parts = frame(job, path);
	put(root, el("h1", `Certification by ${job.request.model}`), parts.node);
	for await (const { type, data } of events(path, signal)) {
		if (type === "end") await finish(parts, data, params, signal);
		else tell(parts, data);
	}
}

function frame({ request, row }, path) {
	const parts = { radius: el("div.radius", "–"), unit: el("p.muted.small", "certified radius, L2"), status: live("p"), bar: bar(), answer: el("div"),
		history: lineChart(140), points: [[0, 0]], curve: el("div"), below: el("div.stack") };
	parts.actions = el("div.buttons", button("Cancel, and keep what is certified", () =>
		cancel(path).catch((error) => say(parts.status, error.message))));
	parts.side = card("What was asked", row && el("p", row.key, " of ", link("a run", "run", { id: row.run_id })), facts(request, { Input: request.input.shape.join(" × "), Conversions: request.input.conversions.join("; ") || "none" }));
	parts.node = el("div.stack", el("div.two", el("section.card", el("div", parts.radius, parts.unit), parts.status, parts.bar,
		parts.answer, parts.history.node, parts.curve, parts.actions), parts.side), parts.below);
	return parts;
}

function tell(parts, { progress, running, waiting_for: lacks, queue_position: position }) {
	const { samples_done: done, samples_total: total, samples_per_second: rate } = progress;
	const place = position ? `Number ${position} in the queue.` : `${count(done)} of ${count(total)} samples${rate ? `, ${count(rate)} a second` : ""}.`;
	say(parts.status, `${place}${lacks ? ` It waits for: ${lacks}.` : ""}`);
	parts.bar.value = done / total;
	if (!running) return;
	say(parts.radius, down(running.radius));
	say(parts.unit, "certified so far, L2; later samples cannot make it wrong");
	grow(parts, running.samples, running.radius, total);
}

function grow({ history, points }, samples, radius, max) {
	if (samples > points.at(-1)[0]) points.push([samples, radius]);
	history.draw({
		title: "Certified radius against samples", x: { name: "samples", max, text: count }, y: { name: "radius", max: 1.2 * radius || 1 },
		lines: [{ kind: "certified", grows: true, points }],
	});
}

async function finish(parts, job, params, signal) {
	const { certificate: held, progress: { samples_done: done, samples_total: total } } = job;
	put(parts.status, stateOf(job));
	parts.node.classList.toggle("wrong", isWrong(job));
	parts.bar.remove();
	put(parts.actions, link("Certify another", "certify", {}, "a.button"));
	if (!held) return put(parts.answer, el("p", job.failure?.detail ?? "The job was cancelled before anything was certified."));
	say(parts.radius, held.abstained ? "abstained" : down(held.radius));
	if (parts.points.length > 1) grow(parts, done, held.radius, total);
	say(parts.unit, held.abstained ? "no radius is certified" : `certified radius, ${held.radius_unit}`);
	put(parts.answer, answerWords(job), predictions(held), scoreBar(held));
	parts.actions.append(button("Download JSON", () =>
		saveBlob(jsonBlob(JSON.stringify(job, null, 2)), `certificate-${job.id}.json`)));
	parts.side.append(votes(held) ?? "");
	await drawCurve(parts, job, signal);
	const others = el("div.stack");
	put(parts.below, others, verifyingOf(job));
	await inputParts(others, job, params, signal);
}

function scoreBar({ prediction, p_a: { lower, estimate } }) {
	const x = (value) => 10 + 380 * value;
	const told = `Score of "${label(prediction)}": at least ${down(lower, 4)} (bound)${estimate === null ? "" : `, estimate ${short(estimate, 4)}`}.`;
	return el("figure.chart.score", svg("svg", { viewBox: "0 0 400 44", role: "img", "aria-label": told },
		stroke("rule", x(0.5), 6, x(0.5), 26), stroke("axis", x(0), 16, x(1), 16),
		["0", "½", "1"].map((text, i) => words(text, x(i / 2), 42, "middle")),
		estimate !== null && svg("circle.estimate", { cx: x(estimate), cy: 16, r: 5 }),
		svg("path.bound", { d: `M${x(lower)} 9l7 7-7 7-7-7z` })),
	el("figcaption", `${told} ◆ bound, ○ estimate`));
}

async function drawCurve(parts, job, signal) {
	const found = await curveOf(job, signal);
	if (!found) return;
	const first = found.certifier === "first_order" ? [] : [lineOf(found, "first_order", found.first_order, "first order (dashed), for comparison")];
	put(parts.curve, el("h2", "Least score against distance"), curveChart([found], first));
}
