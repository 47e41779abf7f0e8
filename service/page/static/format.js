// Numbers, times and states as text.

export function count(value) {
	return Math.round(value).toLocaleString("en").replaceAll(",", "\u2009");
}

/** A radius rounded down, so that nothing shown is more than was certified. */
export function down(value, digits = 3) {
	const scale = 10 ** digits;
	return value == null ? "–" : (Math.floor(value * scale) / scale).toFixed(digits);
}

export function short(value, digits = 3) {
	return value == null ? "–" : String(Number(value.toPrecision(digits)));
}

export function percent(share, digits = 12) {
	return share == null ? "–" : `${Number((100 * share).toPrecision(digits))}\u2009%`;
}

export function duration(seconds) {
	const [unit, name] = seconds < 90 ? [1, "s"] : seconds < 5400 ? [60, "min"] : [3600, "h"];
	return seconds < 1 ? "Less than 1 s" : `About ${Math.round(seconds / unit)} ${name}`;
}

export function moment(text) {
	return text ? new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" }) : "–";
}

export function label(prediction) {
	return prediction.label || `class ${prediction.index}`;
}

export function state(job) {
	const held = job.certificate;
	if (job.status === "succeeded") return held?.abstained ? ["abstained", "abstained"] : ["certified", "certified"];
	if (job.status === "cancelled" && held && !held.abstained) return ["cancelled, certified so far", "certified"];
	return [job.status, { failed: "failed", cancelled: "muted" }[job.status] || "plain"];
}

export function certifier(name) {
	return name.replaceAll("_", " ");
}
