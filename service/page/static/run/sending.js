// Rows on their way: a few at a time, as slowly as the service asks.

import { asJson } from "../certify/fields.js";
import { jsonBlob, pause, post } from "../kit.js";

const AT_ONCE = 4;

/** Of each run, by its id: `{ of, sent, refused, stopped, changed }`. */
export const sendings = new Map();

export async function startRun(values, { name, rows }, signal) {
	const { id } = await post("v1/runs", jsonBlob(asJson(values, { name: name.slice(0, 200), expected_rows: rows.length })), { signal });
	const state = { of: rows.length, sent: 0, refused: [], stopped: "" };
	sendings.set(id, state);
	const left = rows.values();
	for (let i = 0; i < AT_ONCE; i += 1) sendFrom(left, `v1/runs/${id}/rows`, state);
	return id;
}

window.addEventListener("beforeunload", (event) => {
	for (const { sent, of, stopped } of sendings.values()) if (sent < of && !stopped) event.preventDefault();
});

async function sendFrom(left, path, state) {
	for (const { key, label, file } of left) {
		if (state.stopped) return;
		try {
			await send(path, { key, label, image: new Blob([await file.arrayBuffer()]) });
		} catch (error) {
			if (error.type?.includes(":run-") || error.status === 401) state.stopped = error.message;
			state.refused.push({ key, label, reason: error.errors?.map(({ message }) => message).join(" ") || error.message });
		}
		state.sent += 1;
		state.changed?.();
	}
}

async function send(path, row) {
	for (;;) {
		try {
			return await post(path, row);
		} catch (error) {
			if (!error.later) throw error;
			await pause(1000 * error.later);
		}
	}
}
