// What the chosen number of samples can give, and how long it takes.

import { count, down, duration, el, json, pause, Problem, put } from "../kit.js";

const ASKED = ["model", "certifier", "bounds", "decision", "k", "noise", "sigma", "n", "eta"];
const QUIET_MS = 350;

export function makePlanLine(planned, refused, signal) {
	const node = el("p.plan.small.muted", { "aria-live": "polite" });
	let turn = new AbortController();
	let told = "";

	async function follow(values) {
		const asked = new URLSearchParams(ASKED.filter((name) => values[name]).map((name) => [name, values[name]]));
		if (values.stop_radius) asked.append("radius", values.stop_radius);
		if (String(asked) === told) return;
		told = String(asked);
		turn.abort();
		turn = new AbortController();
		const mine = AbortSignal.any([signal, turn.signal]);
		try {
			await pause(QUIET_MS, mine);
			const errors = refusals(values);
			if (errors.length) throw new Problem(422, { errors });
			const plan = await json(`v1/plans?${asked}`, { signal: mine });
			put(node, wordsOf(plan));
			planned(plan);
		} catch (error) {
			if (mine.aborted) return;
			if (!(error instanceof Problem)) throw error;
			put(node);
			told = "";
			refused(error);
		}
	}
	return { node, follow };
}

/** What would be refused for certain: it is not asked, since browsers log every refused request as an error. */
function refusals(values) {
	const wrong = ["n", "k", "eta", "sigma", "stop_radius"].filter((name) => values[name] && !(values[name] > 0 && (name !== "eta" || values.eta < 1)));
	const errors = wrong.map((field) => ({ field, message: `must be a number above 0${field === "eta" ? " and below 1" : ""}` }));
	return values.certifier === "dipole" && values.n % 2 === 1 ? [...errors, { field: "n", message: "must be even for dipole" }] : errors;
}

function wordsOf(plan) {
	const time = plan.n_seconds === null ? "" : ` ${duration(plan.n_seconds)} at the rate of your recent jobs.`;
	const most = plan.largest_radius === 0
		? `${count(plan.n)} samples are too few to certify anything at this eta.`
		: `At most ${down(plan.largest_radius)}, if all ${count(plan.n)} samples agree.`;
	const stop = plan.radius === null ? "" : plan.least_n === null
		? " More samples than you may ask for are needed to stop there."
		: ` Stops after ${count(plan.least_n)} samples at the earliest.`;
	return `${most}${stop}${time}`;
}
