// What the chosen number of samples can give, and how long it takes.

import { fits } from "./fields.js";
import { certifier, count, duration, json, live, pause, Problem, put, query, refused } from "../kit.js";

const QUIET_MS = 350;
const STAYS_BELOW = { second_order: " Results are smaller: this takes the gradient to be zero, which no samples can show." };

export function makePlanLine(faulty, signal) {
	const node = live("div.plan.small.muted");
	let told = "";

	async function follow(values, model) {
		const { n0, seed, stop_give_up, stop_radius: radius, ...rest } = values;
		const asked = query({ ...rest, radius });
		if (asked === told) return;
		told = asked;
		const isLate = () => signal.aborted || told !== asked;
		try {
			await pause(QUIET_MS, signal);
			if (isLate()) return;
			const errors = refusals(values, model);
			if (errors.length) throw new Problem({ errors });
			const plan = await json(`v1/plans${asked}`, signal);
			if (isLate()) return;
			put(node, wordsOf(plan));
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
function refusals(values, { limits, offers }) {
	const fitting = offers.filter((offer) => fits(offer, values));
	return [
		...Object.entries(limits).map(([name, { least, most }]) => [name, values[name] && !(values[name] >= least && values[name] <= most), `must be a number from ${least} to ${most}`]),
		["stop_radius", values.stop_radius && !(values.stop_radius > 0), "must be a number above 0"],
		["k", !values.k !== (values.decision !== "top_k"), "is for top k, which needs it"],
		["decision", !fitting.length, "does not go with these bounds, noise and certifier"],
		["n", fitting.length && fitting.every((offer) => values.n % offer.n_multiple_of), "must be even: samples are taken in pairs"],
	].filter(([, refused]) => refused).map(([field, , message]) => ({ field, message }));
}

function wordsOf(plan) {
	const time = plan.n_seconds === null ? "" : ` ${duration(plan.n_seconds)} at the rate of your recent jobs.`;
	const most = plan.largest_radius === 0
		? `${count(plan.n)} samples are too few to certify anything at this eta.`
		: `By ${certifier(plan.certifier)} at most ${plan.largest_radius}, even if all ${count(plan.n)} samples agree.${STAYS_BELOW[plan.certifier] ?? ""}`;
	const stop = plan.radius === null ? "" : plan.least_n === null
		? " More samples than you may ask for are needed to stop there."
		: ` Stops after ${count(plan.least_n)} samples at the earliest.`;
	return `${most}${stop}${time}`;
}
