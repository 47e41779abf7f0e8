// The same input by all certifiers: their radii in a table, their curves over each other.

import { certifier, count, down, el, json, Problem, put } from "../kit.js";
import { CERTIFIERS } from "../certify/fields.js";
import { lineChart } from "../charts.js";
import { hold } from "../held.js";
import { events } from "../stream.js";
import { submit } from "../views/certify.js";

const DASHES = { first_order: "6 4", dipole: "14 4" };
const NAMES = Object.keys(CERTIFIERS).filter(Boolean);

/** The curve of a job that has ended, or null where no curve shows its claim. Throws Problem. */
export function curveOf(job, signal) {
	const { decision } = job.certificate ?? {};
	return decision === "majority" ? json(`v1/certifications/${job.id}/curve`, { signal }) : null;
}

/** Curves as lines of one chart, after other `lines`. */
export function curveChart(curves, lines = []) {
	const chart = lineChart();
	chart.draw({
		keyed: curves.length > 1,
		title: "Lower bound on the score of the class against distance from the input",
		x: { name: "L2 distance", max: Math.max(...curves.map((one) => one.distances.at(-1))) }, y: { name: "score at least", max: 1 },
		lines: [...lines, ...curves.map((one) => lineOf(one, one.certifier, one))],
		rules: [{ y: 0.5, name: "½" }, ...curves.filter((one) => one.radius).map((one) => ({ x: one.radius, name: curves.length > 1 ? "" : down(one.radius) }))],
	});
	return chart.node;
}

export function lineOf(curve, kind, { lower_bound: lower }, name = certifier(kind)) {
	return { name, kind, dash: DASHES[kind], points: curve.distances.map((at, i) => [at, lower[i]]) };
}

/** The request of a job as the fields of a submission by another certifier. */
function fieldsOf({ model, sigma, n, n0, eta, bounds, decision, k, noise, seed, stop }, other) {
	const more = { ...(k && { k }), ...(stop && { stop_radius: stop.radius }), ...(stop?.give_up && { stop_give_up: "true" }) };
	return { model, sigma, n, n0, eta, bounds, decision, noise, seed, certifier: other, ...more };
}

/** Submit the input of a job to all other certifiers. Returns `[{ certifier, id or refused }]`. */
export function submitOthers(job, input, signal) {
	return Promise.all(NAMES.filter((name) => name !== job.request.certifier).map(async (name) => {
		try {
			const { id } = await submit(fieldsOf(job.request, name), input, signal);
			hold(id, input);
			return { id, certifier: name };
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			return { certifier: name, refused: error.message };
		}
	}));
}

/** Show a job beside others as they end: those that `submitOthers` has made. */
export async function compare(place, job, others, signal) {
	const rows = [job, ...others];
	const table = el("div.table");
	const curves = el("div");
	const show = () => put(table, tableOf(rows));
	put(place, table, curves, el("p.small.muted", "Each radius holds at its own eta. If you look at all and then take the largest, add the etas up."));
	show();
	await Promise.all(rows.map(async (row, i) => {
		if (!row.id || row === job) return;
		try {
			for await (const { data } of events(`v1/certifications/${encodeURIComponent(row.id)}/events`, "end", signal)) {
				rows[i] = { ...rows[i], ...data };
				show();
			}
		} catch (error) {
			if (!(error instanceof Problem)) throw error;
			rows[i] = { ...rows[i], refused: error.message };
			show();
		}
	}));
	const found = (await Promise.all(rows.map((row) => row.certificate && curveOf(row, signal)))).filter(Boolean);
	if (found.length) put(curves, curveChart(found));
}

function tableOf(rows) {
	return el("table", el("caption.unseen", "Certifiers"),
		el("thead", el("tr", ["Certifier", "Radius", "Score at least", "Samples"].map((name, i) => el(i ? "th.number" : "th", { scope: "col" }, name)))),
		el("tbody", rows.map((row) => {
			const kind = row.request?.certifier ?? row.certifier;
			const held = row.certificate;
			const name = el("td", el(`span.key.${kind ?? "other"}`, kind ? certifier(kind) : "…"));
			if (row.refused || row.failure) return el("tr", name, el("td", { colspan: 3 }, row.refused ?? row.failure.detail));
			if (!held) return el("tr", name, el("td", { colspan: 3 }, row.progress ? `${count(row.progress.samples_done)} samples so far` : "waits"));
			return el("tr", name, [held.abstained ? "abstained" : down(held.radius), down(held.p_a.lower, 4), count(held.n)].map((one) => el("td.number", one)));
		})));
}
