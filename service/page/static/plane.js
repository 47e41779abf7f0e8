// Two numbers as a point in the plane, over the two spirals of the swiss roll.

import { el, put, svg } from "./dom.js";

const TURNS = 80;

/** `pick(x, y)`: is called when a person chooses a point; `show({ at, noise, disc })` draws it. */
export function makePlane({ low, high, pick }) {
	const width = high - low;
	const marks = svg("g");
	const words = pick ? "Plane of inputs. Arrow keys move the point." : "Plane of inputs with the certified disc.";
	const picture = svg("svg", { viewBox: `${low} ${-high} ${width} ${width}`, role: "img", tabindex: 0, "aria-label": words, onclick: byPointer, onkeydown: byKey },
		svg("g", { transform: "scale(1 -1)" }, svg("rect.ground", { x: low, y: low, width, height: width }),
			[0, Math.PI].map((turn, i) => svg(`polyline.line.${["dipole", "second_order"][i]}`, { points: spiral(turn).join(" ") })), marks));
	let shown = { at: [0, 0], noise: 0, disc: 0 };

	function show(more) {
		shown = { ...shown, ...more };
		const { at: [cx, cy], noise, disc } = shown;
		put(marks, svg("circle.rule", { cx, cy, r: noise }), disc > 0 && svg("circle.disc", { cx, cy, r: disc }), svg("circle", { cx, cy, r: width / 80 }));
	}
	function byPointer({ clientX, clientY }) {
		const box = picture.getBoundingClientRect();
		const unit = width / box.width;
		choose([low + (clientX - box.left) * unit, high - (clientY - box.top) * unit]);
	}
	function byKey(event) {
		const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
		if (!step || !pick) return;
		event.preventDefault();
		choose(shown.at.map((value, i) => value + (step[i] * width) / 100));
	}
	function choose(point) {
		pick?.(...point.map((value) => Math.min(high, Math.max(low, value))));
	}
	return {
		show,
		node: el("figure.chart.plane", picture, el("figcaption.small.muted", "Dotted: noise of one sigma. The two lines are the spirals of the swiss roll.")),
	};
}

function spiral(turn) {
	return Array.from({ length: TURNS + 1 }, (_, i) => {
		const angle = Math.PI * (1.5 + (3 * i) / TURNS);
		const radius = (0.95 * angle) / (4.5 * Math.PI);
		return [radius * Math.cos(angle + turn), radius * Math.sin(angle + turn)];
	});
}
