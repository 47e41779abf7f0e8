// The view of one certification: its progress, then its certificate.

import { count, down, el, facts, json, label, put, saveBlob, say, short, state, stateWord, svg } from "../kit.js";
import { lineChart } from "../charts.js";
import { answerWords, predictions, votes } from "../job/answer.js";
import { curveChart, curveOf, lineOf } from "../job/comparing.js";
import { inputParts } from "../job/input_parts.js";
import { verifyingOf } from "../job/verifying.js";
import { events } from "../stream.js";

export const title = "Certification";
const ENDED = new Set(["succeeded", "failed", "cancelled"]);

export async function mount(root, params, signal) {
	const path = `v1/certifications/${encodeURIComponent(params.id ?? "")}`;
	const job = await json(path, { signal });
	const parts = frame(job, path);
	put(root, el("h1", `Certification by ${job.request.model}`), parts.node);
	if (ENDED.has(job.status)) await finish(parts, job, params, signal);
	else await watch(parts, job, path, params, signal);
}

function frame(job, path) {
	const [radius, unit, status] = [el("p.radius", "–"), el("p.muted.small", "certified radius, L2"), el("p", { "aria-live": "polite" })];
	const [bar, words, curve] = [el("div.bar-fill"), el("div"), el("div")];
	const history = lineChart({ height: 140 });
	const cancel = el("button", { type: "button", onclick: () => json(path, { method: "DELETE" }).catch((error) => say(status, error.message)) }, "Cancel, and keep what is certified");
	const actions = el("div.buttons", cancel);
	const below = el("div.stack");
	const side = el("section.card.stack", el("h2", "What was asked"), facts(job.request, { Input: job.request.input.shape.join(" × "), Conversions: job.request.input.conversions.join("; ") || "none" }));
	const node = el("div.stack",
		el("div.two", side, el("section.card.stack", el("div", radius, unit), status,
			el("div.meter", { "aria-hidden": "true" }, bar), words, history.node, curve, actions)), below);
	history.node.hidden = true;
	return { node, radius, unit, status, bar, history, points: [[0, 0]], words, curve, actions, cancel, side, below };
}

async function watch(parts, job, path, params, signal) {
	tell(parts, job);
	for await (const { type, data } of events(`${path}/events`, "end", signal)) {
		if (type === "end") await finish(parts, data, params, signal);
		else tell(parts, data);
	}
}

function tell(parts, told) {
	const { samples_done: done, samples_total: total, samples_per_second: rate } = told.progress;
	const waits = told.waiting_for ? ` It waits for: ${told.waiting_for}.` : "";
	const place = told.queue_position ? `Number ${told.queue_position} in the queue.` : `${count(done)} of ${count(total)} samples${rate ? `, ${count(rate)} a second` : ""}.`;
	say(parts.status, place + waits);
	parts.bar.style.width = `${(100 * done) / total}%`;
	if (!told.running) return;
	say(parts.radius, down(told.running.radius));
	say(parts.unit, "certified so far, L2; later samples cannot make it wrong");
	grow(parts, told.running.samples, told.running.radius, total);
}

/** Add a point to the line of radii; the last one is the certificate itself. */
function grow({ history, points }, samples, radius, max) {
	if (samples > points.at(-1)[0]) points.push([samples, radius]);
	history.node.hidden = false;
	history.draw({
		title: "Certified radius against samples", x: { name: "samples", max, text: count }, y: { name: "radius", max: 1.2 * radius || 1 },
		lines: [{ name: "", kind: "certified", points }],
	});
}

async function finish(parts, job, params, signal) {
	put(parts.status, stateWord(...state(job)));
	parts.bar.style.width = `${(100 * job.progress.samples_done) / job.progress.samples_total}%`;
	put(parts.actions, el("a.button", { href: "?view=certify" }, "Certify another"));
	const held = job.certificate;
	if (!held) {
		put(parts.words, el("p", job.failure?.detail ?? "The job was cancelled before anything was certified."));
		return;
	}
	say(parts.radius, held.abstained ? "abstained" : down(held.radius));
	if (parts.points.length > 1) grow(parts, job.progress.samples_done, held.radius, job.progress.samples_total);
	say(parts.unit, held.abstained ? "no radius is certified" : held.radius_unit);
	put(parts.words, answerWords(job), predictions(held), scoreBar(held));
	parts.actions.append(el("button", { type: "button", onclick: () =>
		saveBlob(new Blob([JSON.stringify(job, null, 2)], { type: "application/json" }), `certificate-${job.id}.json`) }, "Download JSON"));
	parts.side.append(votes(held) ?? "");
	await drawCurve(parts, job, signal);
	const others = el("div.stack");
	put(parts.below, others, verifyingOf(job));
	await inputParts(others, job, params, signal);
}

function scoreBar(held) {
	const { lower, estimate } = held.p_a;
	const x = (value) => 10 + 380 * value;
	const words = `Score of "${label(held.prediction)}": at least ${down(lower, 4)} (bound)${estimate === null ? "" : `, estimate ${short(estimate, 4)}`}.`;
	return el("figure.chart.score", svg("svg", { viewBox: "0 0 400 44", role: "img", "aria-label": words },
		svg("line.axis", { x1: x(0), x2: x(1), y1: 16, y2: 16 }), svg("line.rule", { x1: x(0.5), x2: x(0.5), y1: 6, y2: 26 }),
		[[0, "0"], [0.5, "½"], [1, "1"]].map(([at, text]) => svg("text", { x: x(at), y: 42, "text-anchor": "middle" }, text)),
		estimate === null ? null : svg("circle.estimate", { cx: x(estimate), cy: 16, r: 5 }),
		svg("path.bound", { d: `M${x(lower)} 9l7 7-7 7-7-7z` })),
	el("figcaption", `${words} ◆ bound, ○ estimate`));
}

async function drawCurve(parts, job, signal) {
	const found = await curveOf(job, signal);
	if (!found) return;
	const first = found.certifier === "first_order" ? [] : [lineOf(found, "first_order", found.first_order, "first order, for comparison")];
	put(parts.curve, el("h2", "Least score against distance"), curveChart([found], first));
}
