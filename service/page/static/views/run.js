// The view of one run, and of another beside it.

import { at, bar, button, cancel, card, certifier, choice, count, down, el, endedOf, events, facts, json, keep, lineChart, live, moment, pause, percentDown, percentUp, put, request, saveBlob, say, short, STATES } from "../kit.js";
import { bars } from "../job/answer.js";
import { folderField } from "../run/folder.js";
import { refusedBy, rowsOf } from "../run/rows.js";
import { sendings, sendRows } from "../run/sending.js";

export const title = "Run";
const LOOK_MS = 2000;
const FILES = { TSV: ["results", "tsv", "text/tab-separated-values"], CSV: ["results", "csv", "text/csv"],
	"JSON lines": ["results", "jsonl", "application/x-ndjson"], "All certificates": ["evidence", "zip", "application/zip"] };

export async function mount(root, params, signal) {
	const path = at("runs", params.id);
	const run = await json(path, signal);
	const tell = (more) => keep("run", Object.assign(params, more));
	const { labels } = await json(at("models", run.request.model), signal).catch(() => ({ labels: [] }));
	const parts = frame(run, path);
	const rows = rowsOf(labels, path, params, tell, signal);
	put(root, el("h1", run.name), el("div.stack", parts.node, rows.node, await comparisonOf(run, path, params.with, tell, signal)));
	followSending(parts, run.id);
	await follow(parts, rows, path, signal);
}

/** Show each event. Curve and rows are read again after it, at most once in two seconds. */
async function follow(parts, rows, path, signal) {
	let latest = null;
	let reading = null;
	async function read() {
		for (let seen = null; seen !== latest; await pause(LOOK_MS, signal)) {
			seen = latest;
			await Promise.all([drawCurve(parts, path, latest, signal), rows.read(latest.rows.skipped)]);
		}
		reading = null;
	}
	for await (const { type, data } of events(path, signal)) {
		show(parts, latest = data);
		parts.cancel.hidden = type === "end" || data.status !== "open";
		reading ??= read().catch((error) => signal.aborted || say(parts.said, error.message));
	}
	await reading;
}

function followSending({ sent: words }, id) {
	const sending = sendings.get(id);
	if (!sending) return;
	sending.changed = () => {
		const { of, sent, stopped } = sending;
		say(words, `${count(sent)} of ${count(of)} files are sent${sent < of ? "; keep this page open" : ""}. ${stopped}`);
	};
	sending.changed();
}

function frame(run, path) {
	const said = el("p.fault", { role: "alert" });
	const act = (text, work) => button(text, () => work().catch((error) => say(said, error.message)));
	const parts = { said, tiles: el("dl.tiles"), median: tile("Median radius", "–", "most rows reach it"), bar: bar(), states: live("p.small"), sent: live("p.small"),
		chart: lineChart(), cancel: act("Cancel, and keep what has ended", () => cancel(path)) };
	parts.again = folderField("Send the folder again: what has come stays", ({ rows }) => {
		sendRows(run.id, rows);
		followSending(parts, run.id);
	}).node;
	parts.refused = act("Refused files", async () => saveBlob(new Blob((await refusedBy(path)).map((row) => `${JSON.stringify(row)}\n`)), `run-${run.id}-refused.jsonl`));
	parts.node = el("div.two",
		el("section.card", parts.tiles, el("div", parts.bar, parts.states, parts.sent, parts.again, said), parts.chart.node, el("div", parts.cancel)),
		card("What was asked", facts(run.request, { Made: moment(run.created_at) }), el("h2", "Download"),
			el("div.buttons", Object.entries(FILES).map(([name, [what, ending, kind]]) => act(name, async () => saveBlob(await (await request(`${path}/${what}`, { headers: { Accept: kind } })).blob(), `run-${run.id}.${ending}`))), parts.refused)));
	return parts;
}

function show(parts, run) {
	const { id, rows, summary, estimated_end: end, status } = run;
	const [ended, expected] = endedOf(run);
	const { any_class: any, smoothed, clean } = summary;
	put(parts.tiles, smoothed.of ? [tile("Mean radius", down(summary.average_certified_radius), "0 for rows wrong or abstaining"), share("Certified correct", smoothed), clean && share("Clean correct", clean)]
		: [tile("Mean radius", down(summary.mean_radius), "0 for rows abstaining"), parts.median, share("Certified", any)],
	tile("Expected false", `≤ ${short(summary.false_certificates, 12)}`, "certificates: eta for each row"));
	const missing = status === "open" && expected - rows.total - rows.skipped;
	parts.refused.hidden = !rows.skipped;
	parts.again.hidden = !missing || sendings.has(id);
	parts.bar.value = ended / Math.max(1, expected);
	say(parts.states, [`${count(ended)} of ${count(expected)} have ended`, ...STATES.filter((state) => rows[state]).map((state) => `${count(rows[state])} ${state}`),
		rows.abstained && `${count(rows.abstained)} of them abstained`, rows.skipped && `${count(rows.skipped)} refused`, missing && `${count(missing)} have not come`, rows.queued + rows.running > 0 && end && `ends about ${moment(end)}`, status !== "open" && `the run is ${status}`].filter(Boolean).join(", "));
}

const tile = (name, value, note) => el("div", el("dt", name), el("dd.value", value), el("dd.small.muted", note));

const share = (name, { rows, of, share: value, low, high }) => tile(name, percentDown(value), of ? `${count(rows)} of ${count(of)}; 95\u202f% interval ${percentDown(low)} to ${percentUp(high)}` : "no row has ended");

/** Accuracy against radius, or without labels the share certified. */
async function drawCurve({ chart, median }, path, { summary }, signal) {
	const [reached, name] = summary.smoothed.of ? ["correct", "accuracy"] : ["certified", "certified"];
	const { points } = await json(`${path}/curve?reached=${reached}`, signal);
	if (!points[0].of) return;
	say(median.children[1], down(points.findLast(({ share }) => share > 0.5)?.radius ?? 0));
	chart.draw({
		title: `${name} against radius`, x: { name: "radius", max: 1.05 * points.at(-1).radius || 1 }, y: { name: `${name}, 95 % band`, max: 1 },
		lines: [{ kind: "certified", points: points.map(({ radius, share }) => [radius, share]), band: points.map(({ radius, low, high }) => [radius, low, high]) }],
	});
}

async function comparisonOf(run, path, chosen, tell, signal) {
	const { runs } = await json("v1/runs?limit=100", signal);
	const others = runs.filter(({ id }) => id !== run.id).map(({ id, name, request }) =>
		[id, `${name}: ${request.model}, ${certifier(request.certifier)}, sigma ${short(request.sigma)}, n ${count(request.n)}`]);
	const found = live("div.stack");
	async function compare(id) {
		tell({ with: id });
		put(found, id && comparedWords((await json(`${path}/comparison?with=${encodeURIComponent(id)}`, signal)).comparisons[0]));
	}
	if (chosen) await compare(chosen);
	return others.length > 0 && card("Beside another run", choice("Other run", [["", "none"], ...others], chosen, compare), found);
}

const percent = (share) => `${short(100 * share)}\u202f%`;

function comparedWords(one) {
	return [
		el("p", `${count(one.rows)} inputs ended in both runs; ${count(one.both)} are certified in both, ${count(one.only_first)} in this one alone, ${count(one.only_other)} in the other alone. Mean radius, 0 where a row abstains: ${down(one.mean_radius)} here, ${down(one.other_mean_radius)} there.`),
		one.both > 0 && [el("p", `Of those certified in both, the other run's radius is more than 1\u202f% larger for ${percent(one.gaining)}, smaller for ${percent(one.losing)}; the mean change is ${percent(one.mean_change)}.`),
			bars("Change of the radius", one.histogram.map(({ low, high, rows }) => [low === null ? `below ${percent(high)}` : high === null ? `${percent(low)} or more` : `${percent(low)} to ${percent(high)}`, rows, low !== null && low >= 0]), one.both)],
	];
}
