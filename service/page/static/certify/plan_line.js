// What the chosen number of samples can give, and how long it takes.

import { count, down, duration, json, live, pause, Problem, put, query, refused } from "../kit.js";

const QUIET_MS = 350;

export function makePlanLine(planned, faulty, signal) {
	const node = live("div.plan.small.muted");
	let told = "";

	async function follow(values) {
		const { model, certifier, bounds, decision, k, noise, sigma, n, eta, stop_radius: radius } = values;
		const asked = query({ model, certifier, bounds, decision, k, noise, sigma, n, eta, radius });
		if (asked === told) return;
		told = asked;
		const isLate = () => signal.aborted || told !== asked;
		try {
			await pause(QUIET_MS, signal);
			if (isLate()) return;
			const errors = refusals(values);
			if (errors.length) throw new Problem({ errors });
			const plan = await json(`v1/plans${asked}`, { signal });
			if (isLate()) return;
			put(node, wordsOf(plan));
			planned(plan);
		} catch (error) {
			if (isLate()) return;
			put(node);
			told = "";
			refused((_, problem) => faulty(problem))(error);
		}
	}
	return { node, follow };
}

/** What would be refused for certain: it is not asked, since browsers log every refused request as an error. */
function refusals(values) {
	const errors = ["n", "k", "eta", "sigma", "stop_radius"].filter((name) => values[name] && !(values[name] > 0 && (name !== "eta" || values.eta < 1)))
		.map((field) => ({ field, message: `must be a number above 0${field === "eta" ? " and below 1" : ""}` }));
	if (values.certifier === "dipole" && values.n % 2 === 1) errors.push({ field: "n", message: "must be even for dipole" });
	return errors;
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
