// What the chosen number of samples can give, and how long it takes.

import { count, down, duration, json, live, pause, Problem, put, query, refused } from "../kit.js";

const QUIET_MS = 350;

export function makePlanLine(planned, faulty, signal) {
	const node = live("div.plan.small.muted");
	let told = "";
	let most = Infinity; // is known from the first plan on

	async function follow(values, classes) {
		const { n0, seed, stop_give_up, stop_radius: radius, ...rest } = values;
		const asked = query({ ...rest, radius });
		if (asked === told) return;
		told = asked;
		const isLate = () => signal.aborted || told !== asked;
		try {
			await pause(QUIET_MS, signal);
			if (isLate()) return;
			const errors = refusals(values, { n: most, k: classes - 1, eta: 0.5, sigma: Infinity, stop_radius: Infinity });
			if (errors.length) throw new Problem({ errors });
			const plan = await json(`v1/plans${asked}`, signal);
			if (isLate()) return;
			most = plan.most_n;
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

/** What would be refused: it is not asked, since browsers log refusals as errors. */
function refusals(values, limits) {
	const errors = Object.entries(limits).filter(([name, most]) => values[name] && !(values[name] > 0 && values[name] <= most))
		.map(([field, most]) => ({ field, message: `must be a number above 0${isFinite(most) ? ` and at most ${most}` : ""}` }));
	if (values.certifier === "dipole" && values.n % 2 === 1) errors.push({ field: "n", message: "must be even for dipole" });
	if (!values.k !== (values.decision !== "top_k")) errors.push({ field: "k", message: "is for top k, which needs it" });
	return errors;
}

function wordsOf(plan) {
	const time = plan.n_seconds === null ? "" : ` ${duration(plan.n_seconds)} at the rate of your recent jobs.`;
	const most = plan.largest_radius === 0
		? `${count(plan.n)} samples are too few to certify anything at this eta.`
		: `At most ${down(plan.largest_radius)}, even if all ${count(plan.n)} samples agree.`;
	const stop = plan.radius === null ? "" : plan.least_n === null
		? " More samples than you may ask for are needed to stop there."
		: ` Stops after ${count(plan.least_n)} samples at the earliest.`;
	return `${most}${stop}${time}`;
}
