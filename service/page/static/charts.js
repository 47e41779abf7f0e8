// Line charts, readable by keyboard and as a table.

import { down, el, live, makeTable, put, say, short, svg } from "./kit.js";

const ROOM = { left: 48, right: 12, top: 12, bottom: 44 };
const TICKS = 4;

/** A figure that `draw(data)` draws anew. data = { title, x: { name, max, text }, y: { name, max }, rules: [{ x or y, name }],
 *  lines: [{ name, kind, grows, points: [[x, y], ...], band: [[x, low, high], ...] }] }.
 *  Lines are steps, or read as such if `smooth`: what `grows` holds until its next point, others fall behind each. */
export function lineChart(height = 260) {
	const names = el("div.row");
	const read = live("div.read");
	const leave = () => point(null);
	const picture = svg("svg", { role: "img", tabindex: 0, onkeydown: byKey, onpointermove: byPointer, onpointerleave: leave, onblur: leave });
	const table = el("div");
	const more = el("details", { ontoggle: () => draw() }, el("summary", "as a table"), table);
	const node = el("figure.chart", { hidden: true }, picture, el("figcaption", names, read, more));
	let data, to;
	let at = null;

	function draw(next = data) {
		data = next;
		node.hidden = !data;
		if (!data) return;
		data.x.text ??= short;
		const rem = parseFloat(getComputedStyle(document.documentElement).fontSize); // large screens show everything larger
		to = placesOf(data, (16 * (node.clientWidth || 480)) / rem, height);
		picture.setAttribute("viewBox", `0 0 ${to.width} ${height}`);
		picture.setAttribute("aria-label", `${data.title}. Left and right arrow keys read the values.`);
		put(picture, axes(data, to), data.rules?.map((rule) => ruleOf(rule, to)), data.lines.map((line) => bandOf(line, to)),
			data.lines.map((line) => lineOf(line, to)), at !== null && stroke("cursor", to.x(at), to.top, to.x(at), to.bottom));
		put(names, data.lines.map(({ name, kind }) => name && el(`span.key.${kind}`, name)));
		if (more.open) put(table, tableOf(data));
	}
	function point(x) {
		at = x && Math.min(data.x.max, Math.max(0, x));
		say(read, x === null ? "" : readout(data, at));
		draw();
	}
	function byKey(event) {
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		if (!step) return;
		event.preventDefault();
		const { max } = data.x;
		point((at ?? (step > 0 ? 0 : max)) + (step * max) / 50);
	}
	function byPointer({ clientX }) {
		const { width, left } = picture.getBoundingClientRect();
		point(to.unx(((clientX - left) / width) * to.width));
	}
	new ResizeObserver(() => draw()).observe(node);
	return { node, draw };
}

function placesOf({ x, y }, width, height) {
	const { left, top } = ROOM;
	const [right, bottom] = [width - ROOM.right, height - ROOM.bottom];
	const [unitX, unitY] = [(right - left) / x.max, (bottom - top) / y.max];
	return {
		left, right, top, bottom, width,
		x: (value) => left + unitX * value,
		y: (value) => bottom - unitY * value,
		unx: (pixel) => (pixel - left) / unitX,
	};
}

export const stroke = (kind, x1, y1, x2, y2) => svg(`line.${kind}`, { x1, y1, x2, y2 });

export const words = (text, x, y, anchor) => svg("text", { x, y, "text-anchor": anchor }, text);

function axes(data, { left, right, bottom, x, y }) {
	return [
		ticks(data.y.max).map((tick) => [stroke("grid", left, y(tick), right, y(tick)), words(short(tick), left - 8, y(tick) + 4, "end")]),
		ticks(data.x.max).map((tick) => words(data.x.text(tick), x(tick), bottom + 18, x(tick) > right - 9 ? "end" : "middle")),
		stroke("axis", left, bottom, right, bottom),
		words(data.x.name, right, bottom + 38, "end"),
		words(`↑ ${data.y.name}`, left, bottom + 38, "start"),
	];
}

/** Round values from 0 on, in steps of 1, 2 or 5 times a power of ten. */
function ticks(high) {
	const raw = high / TICKS;
	const power = 10 ** Math.floor(Math.log10(raw));
	const step = [1, 2, 5, 10].find((one) => one * power >= raw) * power;
	return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, i) => i * step);
}

function ruleOf({ x, y, name }, to) {
	const [at, level] = [to.x(x), to.y(y)];
	if (y !== undefined) return [stroke("rule", to.left, level, to.right, level), words(name, to.right, level - 6, "end")];
	const late = at > to.right - 108;
	return [stroke("rule", at, to.top, at, to.bottom), words(name, at + (late ? -6 : 6), to.bottom - 8, late ? "end" : "start")];
}

const bandOf = ({ band, kind }, to) => band && svg(`polygon.band.${kind}`, { points: joined([...steps(band.map(([at, , high]) => [at, high])), ...steps(band).toReversed()], to) });

const lineOf = ({ points, kind, grows, smooth }, to) => svg(`polyline.line.${kind}`, { points: joined(smooth ? points : steps(points, grows), to) });

const steps = (points, grows) => points.flatMap(([x, y], i) => {
	const [before, held] = points[Math.max(0, i - 1)];
	return [grows ? [x, held] : [before, y], [x, y]];
});

const joined = (points, { x, y }) => points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" ");

const valueAt = ({ points, grows }, at) => (grows ? points.findLast(([x]) => x <= at) : points.find(([x]) => x >= at))?.[1] ?? null;

function readout({ x, y, lines }, at) {
	const shown = lines.map((line) => [line.name ?? y.name, valueAt(line, at)]).filter(([, value]) => value !== null);
	return `${x.name} ${x.text(at)}: ${shown.map(([name, value]) => `${name} ${down(value)}`).join(", ")}`;
}

function tableOf({ title, x, y, lines }) {
	const places = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b);
	const step = Math.ceil(places.length / 60);
	const table = makeTable(title, [[x.name, x.text, "number"], ...lines.map((line) => [line.name ?? y.name, (at) => down(valueAt(line, at)), "number"])]);
	table.draw(places.filter((_, i) => i % step === 0 || i === places.length - 1));
	return table.node;
}
