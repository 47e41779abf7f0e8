// The same input by all certifiers: their radii in a table, their curves over each other.

import { at, certifier, count, down, el, events, json, lineChart, live, makeTable, put, refused, say } from "../kit.js";
import { CERTIFIERS } from "../certify/fields.js";
import { submit } from "../views/certify.js";

const CELLS = [
	["Certifier", ({ request, certifier: name = request?.certifier, failure, reason = failure?.detail }) => [el("span", { class: `key ${name}` }, name ? certifier(name) : "…"), reason && el("p.fault", reason)]],
	["Radius", ({ certificate: held, reason, status }) => (held ? held.abstained ? "abstained" : down(held.radius, 5) : reason ? "–" : status ?? "…"), "number"],
	["Score at least", ({ certificate: held }) => down(held?.p_a.lower, 4), "number"],
	["Samples", ({ certificate: held, progress }) => (progress ? count(held?.n ?? progress.samples_done) : "–"), "number"],
];

/** The curve of a job, or null where none shows its claim. */
export const curveOf = (job, signal) => job.certificate?.decision === "majority" ? json(`${at("certifications", job.id)}/curve`, signal) : null;

export function curveChart(curves, lines = []) {
	const chart = lineChart();
	chart.draw({
		title: "Lower bound on the score against distance",
		x: { name: "L2 distance", max: Math.max(...curves.map((one) => one.distances.at(-1))) }, y: { name: "score at least", max: 1 },
		lines: [...curves.map((one) => lineOf(one, one.certifier, one)), ...lines],
		rules: [{ y: 0.5, name: "½" }, ...curves.filter((one) => one.radius).map((one) => ({ x: one.radius, name: curves.length < 2 && down(one.radius) }))],
	});
	return chart.node;
}

export function lineOf(curve, kind, { lower_bound: lower }, name = certifier(kind)) {
	return { name, kind, smooth: true, points: curve.distances.map((at, i) => [at, lower[i]]) };
}

function fieldsOf({ stop, input, model_sha256, ...same }, certifier) {
	return { ...same, certifier, k: same.k ?? undefined, stop_radius: stop?.radius, stop_give_up: stop?.give_up || undefined };
}

export function submitOthers(job, input, signal) {
	return Promise.all(Object.keys(CERTIFIERS).filter((name) => name && name !== job.request.certifier).map((name) => submit(fieldsOf(job.request, name), input, signal)
		.then(({ id }) => ({ id, certifier: name }), refused((reason) => ({ certifier: name, reason })))));
}

/** Show a job beside others as they end. */
export async function compare(place, job, others, signal) {
	const rows = [job, ...others];
	const table = makeTable("Certifiers", CELLS, { cards: true });
	const curves = el("div");
	const note = live("p.small");
	put(place, table.node, curves, note);
	function show(i, more) {
		rows[i] = { ...rows[i], ...more };
		table.draw(rows);
	}
	async function follow({ id }, i) {
		for await (const { data } of events(at("certifications", id), signal)) show(i, data);
	}
	show(0, job);
	await Promise.all(others.map((row, i) => row.id && follow(row, i + 1).catch(refused((reason) => show(i + 1, { reason })))));
	const [best] = rows.map((row) => row.certificate).filter((held) => held?.radius).sort((a, b) => b.radius - a.radius);
	if (best) say(note, `Largest: ${certifier(best.certifier)}. Each radius holds at its own eta; to take the largest, add the etas up.`);
	const found = (await Promise.all(rows.map((row) => row.certificate && curveOf(row, signal)))).filter(Boolean);
	if (found.length) put(curves, curveChart(found));
}
