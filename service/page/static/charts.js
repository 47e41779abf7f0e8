// Line charts as SVG, readable by keyboard and as a table.

import { el, put, say, short, svg } from "./kit.js";
import { makeTable } from "./table.js";

const ROOM = { left: 48, right: 12, top: 12, bottom: 44 };
const TICKS = 4;

/**
 * A chart that `draw(data)` draws anew in its figure `node`. data = { title, x: { name, max, text }, y: the same,
 *   lines: [{ name, kind, dash, points: [[x, y], ...], band: [[x, low, high], ...] }], rules: [{ x or y, name }] }
 * `kind` gives the colour: first_order, second_order, dipole, certified, other. `keyed`: the lines are named elsewhere.
 */
export function lineChart({ height = 260 } = {}) {
	const read = el("p.read", { "aria-live": "polite" });
	const picture = svg("svg", { role: "img", tabindex: "0" });
	const table = el("div");
	const more = el("details", el("summary", "as a table"), table);
	const caption = el("figcaption", read, more);
	const node = el("figure.chart", picture, caption);
	let data = null;
	let at = null;

	function draw(next) {
		data = next ?? data;
		if (data) paint(picture, data, (node.clientWidth || 480) / scale(), height, at);
		if (data && more.open) put(table, tableOf(data));
	}
	function point(x) {
		at = x;
		say(read, x === null ? "" : readout(data, x));
		draw();
	}
	more.addEventListener("toggle", () => draw());
	picture.addEventListener("keydown", (event) => {
		const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		if (!step || !data) return;
		event.preventDefault();
		const { max } = data.x;
		point(Math.min(max, Math.max(0, (at ?? (step > 0 ? 0 : max)) + (step * max) / 50)));
	});
	picture.addEventListener("pointermove", (event) => {
		const { width, left } = picture.getBoundingClientRect();
		point(scales(data, width / scale(), height).unx((event.clientX - left) / scale()));
	});
	picture.addEventListener("pointerleave", () => point(null));
	picture.addEventListener("blur", () => point(null));
	new ResizeObserver(() => draw()).observe(node);
	return { node, draw };
}

/** Large screens show everything larger. */
function scale() {
	return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

function scales(data, width, height) {
	const [x1, y1] = [data.x.max || 1, data.y.max || 1];
	const [w, h] = [width - ROOM.left - ROOM.right, height - ROOM.top - ROOM.bottom];
	return {
		x: (value) => ROOM.left + (w * value) / x1,
		y: (value) => ROOM.top + h - (h * value) / y1,
		unx: (pixel) => Math.min(x1, Math.max(0, ((pixel - ROOM.left) / (w || 1)) * x1)),
	};
}

function paint(picture, data, width, height, at) {
	const { x, y } = scales(data, width, height);
	picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
	picture.setAttribute("aria-label", `${data.title}. Left and right arrow keys read the values.`);
	put(picture, axes(data, x, y, width, height), (data.rules ?? []).map((rule) => ruleOf(rule, x, y, width, height)),
		data.lines.map((line) => bandOf(line, x, y)), data.lines.map((line) => lineOf(line, x, y)), namesOf(data, x, y, width),
		at === null ? null : svg("line.cursor", { x1: x(at), x2: x(at), y1: ROOM.top, y2: height - ROOM.bottom }));
}

function axes(data, x, y, width, height) {
	const [bottom, right] = [height - ROOM.bottom, width - ROOM.right];
	const rows = ticks(data.y.max).map((tick) => [
		svg("line.grid", { x1: ROOM.left, x2: right, y1: y(tick), y2: y(tick) }),
		svg("text", { x: ROOM.left - 8, y: y(tick) + 4, "text-anchor": "end" }, data.y.text?.(tick) ?? short(tick)),
	]);
	const columns = ticks(data.x.max).map((tick) =>
		svg("text", { x: x(tick), y: bottom + 18, "text-anchor": "middle" }, data.x.text?.(tick) ?? short(tick)));
	return [rows, columns,
		svg("line.axis", { x1: ROOM.left, x2: right, y1: bottom, y2: bottom }),
		svg("text", { x: right, y: height - 6, "text-anchor": "end" }, data.x.name),
		svg("text", { x: ROOM.left, y: height - 6 }, `↑ ${data.y.name}`)];
}

/** Round values from 0 on, in steps of 1, 2 or 5 times a power of ten. */
function ticks(high) {
	const raw = high / TICKS || 1;
	const power = 10 ** Math.floor(Math.log10(raw));
	const step = [1, 2, 5, 10].find((one) => one * power >= raw) * power;
	return Array.from({ length: Math.floor(high / step + 1e-9) + 1 }, (_, i) => i * step);
}

function ruleOf(rule, x, y, width, height) {
	const flat = rule.y !== undefined;
	const [x1, x2] = flat ? [ROOM.left, width - ROOM.right] : [x(rule.x), x(rule.x)];
	const [y1, y2] = flat ? [y(rule.y), y(rule.y)] : [ROOM.top, height - ROOM.bottom];
	const late = x1 > width - 120;
	const text = flat
		? svg("text.name", { x: x2, y: y1 - 6, "text-anchor": "end" }, rule.name)
		: svg("text.name", { x: x1 + (late ? -6 : 6), y: y2 - 8, "text-anchor": late ? "end" : "start" }, rule.name);
	return [svg("line.rule", { x1, x2, y1, y2 }), text];
}

function bandOf(line, x, y) {
	if (!line.band?.length) return null;
	const upper = line.band.map(([at, , high]) => `${x(at)},${y(high)}`);
	const lower = line.band.map(([at, low]) => `${x(at)},${y(low)}`).reverse();
	return svg("polygon", { class: `band ${line.kind}`, points: [...upper, ...lower].join(" ") });
}

function lineOf(line, x, y) {
	const points = line.points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" ");
	return svg("polyline", { class: `line ${line.kind}`, points, "stroke-dasharray": line.dash });
}

/** The names of the lines, each near the end of its own, moved apart where they would cover each other. */
function namesOf(data, x, y, width) {
	const ends = (data.keyed ? [] : data.lines).filter(({ name, points }) => name && points.length).map(({ name, points }) => {
		const [a, b] = points.at(-1);
		return { name, a: Math.min(x(a), width - ROOM.right), b: y(b) - 8 };
	}).sort((one, other) => one.b - other.b);
	ends.forEach((end, i) => {
		if (i && end.b - ends[i - 1].b < 18) end.b = ends[i - 1].b + 18;
	});
	return ends.map(({ name, a, b }) => svg("text.name", { x: a, y: b, "text-anchor": "end" }, name));
}

function valueAt(points, at) {
	const next = points.findIndex(([x]) => x >= at);
	if (next < 1) return points[next]?.[0] === at ? points[0][1] : null;
	const [[x0, y0], [x1, y1]] = [points[next - 1], points[next]];
	return x1 === x0 ? y1 : y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}

function readout(data, at) {
	const shown = data.lines.map((line) => [line.name || data.y.name, valueAt(line.points, at)]).filter(([, value]) => value !== null);
	return `${data.x.name} ${data.x.text?.(at) ?? short(at)}: ${shown.map(([name, value]) => `${name} ${short(value)}`).join(", ")}`;
}

function tableOf(data) {
	const places = [...new Set(data.lines.flatMap((line) => line.points.map(([at]) => at)))].sort((a, b) => a - b);
	const step = Math.max(1, Math.ceil(places.length / 60));
	const rows = places.filter((_, i) => i % step === 0 || i === places.length - 1);
	const table = makeTable(data.title, [[data.x.name, "number", short], ...data.lines.map(({ name, points }) => [name || data.y.name, "number", (at) => short(valueAt(points, at))])]);
	table.draw(rows);
	return table.node;
}
