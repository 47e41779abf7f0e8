// Numbers, times and states as text.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0, useGrouping: true });

/** A whole number with a thin space between thousands. */
export function count(value) {
  return whole.format(value).replaceAll(",", "\u2009");
}

/** A radius rounded down, so that nothing shown is more than was certified. */
export function down(value, digits = 3) {
  const scale = 10 ** digits;
  return (Math.floor(value * scale) / scale).toFixed(digits);
}

/** A number as short as it can be written with some significant digits. */
export function short(value, digits = 3) {
  return value === null || value === undefined ? "–" : String(Number(value.toPrecision(digits)));
}

/** A share as a percentage, of the digits that it needs. */
export function percent(share) {
  return `${Number((100 * share).toPrecision(12))}\u2009%`;
}

/** A length of time in words. */
export function duration(seconds) {
  if (seconds < 1) return "less than 1 s";
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3600)} h`;
}

/** A moment in the reader's own time zone. */
export function moment(text) {
  return text ? new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" }) : "–";
}

/** The class of a prediction in words: its label, or its number. */
export function label(prediction) {
  return prediction.label || `class ${prediction.index}`;
}

/** The state of a job as people say it, and the name of its colour. */
export function state(job) {
  const held = job.certificate;
  if (job.status === "succeeded") return held && held.abstained ? ["abstained", "abstained"] : ["certified", "certified"];
  if (job.status === "cancelled" && held && !held.abstained) return ["cancelled, certified so far", "certified"];
  return [job.status, { failed: "failed", cancelled: "muted" }[job.status] || "plain"];
}

/** A certifier's name as people say it. */
export function certifier(name) {
  return name.replaceAll("_", " ");
}
