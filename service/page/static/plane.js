// Two numbers as a point in the plane, over the two spirals of the swiss roll.

import { el, put, svg } from "./dom.js";

const SIZE = 320;
const TURNS = 80;

/** `pick(x, y)` is called when a person chooses a point; `show({ at, noise, disc })` draws what is given. */
export function makePlane({ low, high, pick = null }) {
	const scale = (value) => ((value - low) / (high - low)) * SIZE;
	const marks = svg("g");
	const words = pick ? "Plane of inputs. Arrow keys move the point." : "Plane of inputs with the certified disc.";
	const picture = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", tabindex: "0", "aria-label": words },
		svg("rect.ground", { width: SIZE, height: SIZE }), [0, Math.PI].map((turn, i) =>
			svg("polyline", { class: `spiral class-${i}`, points: spiral(turn).map(([x, y]) => `${scale(x)},${SIZE - scale(y)}`).join(" ") })), marks);
	let shown = { at: [0, 0], noise: 0, disc: 0 };

	function show(more) {
		shown = { ...shown, ...more };
		const { at, noise, disc } = shown;
		const [cx, cy] = [scale(at[0]), SIZE - scale(at[1])];
		const length = (value) => (value / (high - low)) * SIZE;
		put(marks, svg("circle.noise", { cx, cy, r: length(noise) }),
			disc > 0 && svg("circle.disc", { cx, cy, r: length(disc) }), svg("circle.spot", { cx, cy, r: 4 }));
	}
	const inside = (value) => Math.min(high, Math.max(low, value));
	if (pick) {
		picture.addEventListener("click", (event) => {
			const box = picture.getBoundingClientRect();
			pick(inside(low + ((event.clientX - box.left) / box.width) * (high - low)), inside(high - ((event.clientY - box.top) / box.height) * (high - low)));
		});
		picture.addEventListener("keydown", (event) => {
			const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
			if (!step) return;
			event.preventDefault();
			pick(...shown.at.map((value, i) => inside(value + (step[i] * (high - low)) / 100)));
		});
	}
	return {
		show,
		node: el("figure.plane", picture, el("figcaption.small.muted", "Dashed: noise of one sigma around the point. The two lines are the spirals of the swiss roll.")),
	};
}

function spiral(turn) {
	return Array.from({ length: TURNS + 1 }, (_, i) => {
		const angle = 1.5 * Math.PI * (1 + (2 * i) / TURNS);
		const radius = (0.95 * angle) / (4.5 * Math.PI);
		return [radius * Math.cos(angle + turn), radius * Math.sin(angle + turn)];
	});
}
