// Another run over the same keys beside this one.

import { choice, count, el, json, percent, put, short } from "../kit.js";
import { bars } from "../job/answer.js";

export async function comparisonOf(run, path, chosen, tell, signal) {
	const { runs } = await json("v1/runs?limit=100", { signal });
	const others = runs.filter(({ id }) => id !== run.id).map(({ id, name, request }) =>
		[id, `${name}: ${request.model}, ${request.certifier}, sigma ${short(request.sigma)}, n ${count(request.n)}`]);
	const found = el("div.stack", { "aria-live": "polite" });
	async function compare(id) {
		tell({ with: id });
		put(found, id && wordsOf((await json(`${path}/comparison?with=${encodeURIComponent(id)}`, { signal })).comparisons[0]));
	}
	if (chosen) await compare(chosen);
	return others.length ? el("section.card.stack", el("h2", "Beside another run"), choice("Other run", { "": "none", ...Object.fromEntries(others) }, chosen, compare), found) : null;
}

function wordsOf(one) {
	return [
		el("p", `${count(one.rows)} inputs ended in both runs; ${count(one.both)} are certified in both, ${count(one.only_first)} in this one alone, ${count(one.only_other)} in the other alone. Mean radius, 0 where a row abstains: ${short(one.mean_radius)} here, ${short(one.other_mean_radius)} there.`),
		one.both ? [el("p", `Of those certified in both, the other run's radius is more than 1\u2009% larger for ${percent(one.gaining, 3)}, smaller for ${percent(one.losing, 3)}; the mean change is ${percent(one.mean_change, 2)}.`),
			bars("Change of the radius", one.histogram.map(({ low, high, rows }) => [low === null ? `below ${percent(high, 3)}` : high === null ? `${percent(low, 3)} or more` : `${percent(low, 3)} to ${percent(high, 3)}`, rows, low >= 0 && low !== null]), one.both)] : null,
	];
}
