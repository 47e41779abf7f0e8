// Rows on their way: a few at a time, as slowly as the service asks.

import { asJson } from "../certify/fields.js";
import { at, jsonBlob, post, request } from "../kit.js";

const AT_ONCE = 4;
const LONGEST_KEY = 200;

/** Of each run, by its id: `{ of, sent, stopped, changed }`. */
export const sendings = new Map();

export async function startRun(values, { name, rows }, signal) {
	const { id } = await post("v1/runs", jsonBlob(asJson(values, { name: name.slice(0, 200), expected_rows: rows.length })), signal);
	sendRows(id, rows);
	return id;
}

/** Send rows to a run. Those that it has stay as they are. */
export function sendRows(id, rows) {
	const state = { of: rows.length, sent: 0, stopped: "" };
	sendings.set(id, state);
	const left = rows.values();
	for (let i = 0; i < AT_ONCE; i += 1) sendFrom(left, at("runs", id), state);
}

window.addEventListener("beforeunload", (event) => {
	for (const { sent, of, stopped } of sendings.values()) if (sent < of && !stopped) event.preventDefault();
});

/** Send one row after the other, and tell the run of those that are refused. */
async function sendFrom(left, path, state) {
	for (const { key, label, file } of left) {
		if (state.stopped) return;
		try {
			await post(`${path}/rows`, { key, label, image: new Blob([await file.arrayBuffer()]) }, null, { patient: true });
		} catch (error) {
			const told = JSON.stringify({ key: key.slice(-LONGEST_KEY), reason: (error.about || error.message).slice(0, 1000) });
			const fault = endsAll(error) ? error : await request(`${path}/skipped`, { method: "POST", body: jsonBlob(told), patient: true }).catch((other) => other);
			if (endsAll(fault)) state.stopped = fault.message;
		}
		state.sent += 1;
		state.changed?.();
	}
}

const endsAll = ({ type, status }) => type?.includes?.(":run-") || status === 401;
