// The view of one run.

import { lineChart } from "../charts.js";
import { count, down, download, el, facts, json, keep, moment, pause, percent, put, say, short } from "../kit.js";
import { comparisonOf } from "../run/comparison.js";
import { rowsOf } from "../run/rows.js";
import { sendings } from "../run/sending.js";
import { events } from "../stream.js";

export const title = "Run";
const LOOK_MS = 2000;
const FILES = { TSV: ["results", "tsv", "text/tab-separated-values"], CSV: ["results", "csv", "text/csv"],
	"JSON lines": ["results", "jsonl", "application/x-ndjson"], "All certificates": ["evidence", "zip", "application/zip"] };
const STATES = ["queued", "running", "succeeded", "failed", "cancelled"];

export async function mount(root, params, signal) {
	const path = `v1/runs/${encodeURIComponent(params.id ?? "")}`;
	const run = await json(path, { signal });
	const tell = (more) => keep("run", Object.assign(params, more));
	const { labels } = await json(`v1/models/${encodeURIComponent(run.request.model)}`, { signal }).catch(() => ({ labels: [] }));
	const parts = frame(run, path);
	const rows = rowsOf(labels, path, params, tell, signal);
	put(root, el("h1", run.name), el("div.stack", parts.node, rows.node, await comparisonOf(run, path, params.with, tell, signal)));
	followSending(parts, rows, sendings.get(run.id));
	await follow(parts, rows, path, signal);
}

/** Show each event. Curve and rows are read again after it, at most once in two seconds. */
async function follow(parts, rows, path, signal) {
	let latest = null;
	let reading = null;
	async function read() {
		for (let seen = null; seen !== latest; await pause(LOOK_MS, signal)) {
			seen = latest;
			await Promise.all([drawCurve(parts.chart, path, signal), rows.read()]);
		}
		reading = null;
	}
	for await (const { type, data } of events(`${path}/events`, "end", signal)) {
		show(parts, latest = data);
		parts.cancel.hidden = type === "end" || data.status !== "open";
		reading ??= read().catch((error) => signal.aborted || say(parts.said, error.message));
	}
	await reading;
}

function followSending({ sent: words }, rows, sending) {
	if (!sending) return;
	sending.changed = () => {
		const { of, sent, refused, stopped } = sending;
		say(words, `${count(sent)} of ${count(of)} files are sent${sent < of ? "; keep this page open" : ""}.${refused.length ? ` Refused: ${count(refused.length)}, the first in the table.` : ""} ${stopped}`);
		rows.refused(refused);
	};
	sending.changed();
}

function frame(run, path) {
	const said = el("p.fault", { role: "alert" });
	const act = (text, work) => el("button", { type: "button", onclick: () => work().catch((error) => say(said, error.message)) }, text);
	const parts = { said, tiles: el("dl.tiles"), bar: el("div.bar-fill"), states: el("p.small", { "aria-live": "polite" }), sent: el("p.small", { "aria-live": "polite" }),
		chart: lineChart(), cancel: act("Cancel, and keep what has ended", () => json(path, { method: "DELETE" })) };
	parts.node = el("div.two",
		el("section.card.stack", el("h2", "What was asked"), facts(run.request, { Made: moment(run.created_at) }), el("h2", "Download"),
			el("div.buttons", Object.entries(FILES).map(([name, [what, ending, kind]]) => act(name, () => download(`${path}/${what}`, `run-${run.id}.${ending}`, { Accept: kind }))))),
		el("section.card.stack", parts.tiles, el("div", el("div.meter", { "aria-hidden": "true" }, parts.bar), parts.states, parts.sent, said), parts.chart.node, el("div", parts.cancel)));
	return parts;
}

function show(parts, { rows, summary, request, estimated_end: end, status }) {
	const open = rows.queued + rows.running;
	const expected = request.expected_rows ?? rows.total;
	put(parts.tiles, tile("Mean radius", down(summary.average_certified_radius), "certified; 0 for rows wrong or abstaining"),
		share("Certified correct", summary.smoothed), summary.clean && share("Clean correct", summary.clean),
		tile("Expected false", `≤ ${short(summary.false_certificates)}`, "certificates: eta for each row"));
	parts.bar.style.width = `${(100 * (rows.total - open)) / Math.max(1, expected)}%`;
	say(parts.states, [`${count(rows.total)} of ${count(expected)} rows`, ...STATES.filter((state) => rows[state]).map((state) => `${count(rows[state])} ${state}`),
		rows.abstained && `${count(rows.abstained)} of them abstained`, open && end && `ends about ${moment(end)}`, status === "cancelled" && "the run is cancelled"].filter(Boolean).join(", "));
}

function tile(name, value, note) {
	return el("div", el("dt", name), el("dd.value", value), el("dd.small.muted", note));
}

function share(name, { rows, of, share: value, low, high }) {
	return tile(name, percent(value, 3), of ? `${count(rows)} of ${count(of)}; 95\u2009% interval ${percent(low, 3)} to ${percent(high, 3)}` : "no labelled row has ended");
}

/** The curve as steps that fall behind each radius, with the exact interval as a band. */
async function drawCurve(chart, path, signal) {
	const { points, labelled } = await json(`${path}/curve`, { signal });
	chart.node.hidden = !labelled;
	if (!labelled) return;
	const steps = points.flatMap((point, i) => [[points[Math.max(0, i - 1)].radius, point], [point.radius, point]]);
	chart.draw({
		title: "Certified accuracy against radius", x: { name: "radius", max: 1.05 * points.at(-1).radius || 1 }, y: { name: "accuracy, 95 % band", max: 1 },
		lines: [{ name: "", kind: "certified", points: steps.map(([at, point]) => [at, point.share]), band: steps.map(([at, { low, high }]) => [at, low, high]) }],
	});
}
