// Requests to the API: keys, problems, and a service that does not answer.

import { button, el, put } from "./dom.js";
import { makeField } from "./field.js";

const AGAIN_MS = 3000;
const LONGEST_WAIT_S = 60;

let key = null; // in memory alone: neither in storage nor in an address
let asking = null; // a promise while a person is asked for a key
let away = null; // a promise that is kept once the service answers again

export const service = new EventTarget();
const tell = (detail) => service.dispatchEvent(new CustomEvent("notice", { detail }));

/** An answer of status 400 or more. `errors`: `{ field, message }` of each field at fault; `about`: their messages; `later`:
 *  seconds to wait. */
export class Problem extends Error {
	constructor({ detail, type = "", errors = [] }, status, later) {
		super(detail || `The service answered with status ${status}.`);
		Object.assign(this, { status, type, errors, later: Number(later), about: errors.map(({ message }) => message).join(" ") || this.message });
	}
}

/** A handler for `catch`: gives a Problem's message, and the Problem, to `told`. */
export const refused = (told) => (error) => {
	if (!(error instanceof Problem)) throw error;
	return told(error.message, error);
};

export const hasKey = () => key !== null;

/** The path of a certification, run or model. */
export const at = (kind, name = "") => `v1/${kind}/${encodeURIComponent(name)}`;

/** Ask the service, again while it does not answer. Throws Problem, but asks for a key on 401, and again later where it came
 *  too soon, or the service is full and it is `patient` or reads. */
export async function request(path, { patient, ...options } = {}) {
	for (;;) {
		const used = key;
		const answer = await reached(path, { ...options, headers: { ...options.headers, ...(key && { Authorization: `Bearer ${key}` }) } });
		if (answer.ok) return answer;
		const problem = new Problem(await answer.json().catch(() => ({})), answer.status, answer.headers.get("Retry-After"));
		const { message, later, type } = problem;
		if (answer.status === 401) {
			if (used !== key) continue; // another request has got a newer key meanwhile
			asking ??= askKey(key && message).finally(() => { asking = null; });
			const given = await asking;
			if (!given) throw problem;
			key = given;
		} else if (later && later <= LONGEST_WAIT_S && (patient || !options.method || type.endsWith("too-many-requests"))) {
			tell(`${message} This page goes on by itself in ${later} s.`);
			await pause(1000 * later, options.signal);
			tell();
		} else {
			throw problem;
		}
	}
}

export const json = async (path, signal, options) => (await request(path, { signal, ...options })).json();

/** Send a Blob, or fields as a form: those that have a value. */
export function post(path, content, signal, options) {
	const body = content instanceof Blob ? content : new FormData();
	if (body !== content) for (const [name, value] of Object.entries(content)) if ((value ?? "") !== "") body.append(name, value);
	return json(path, signal, { method: "POST", body, ...options });
}

export const cancel = (path) => request(path, { method: "DELETE" });

/** JSON as a Blob, which names its type wherever it is sent. */
export const jsonBlob = (content) => new Blob([content], { type: "application/json" });

export async function readiness(signal) {
	const answer = await reached("health/ready", { signal });
	return { ready: answer.ok, ...(await answer.json()) };
}

export function saveBlob(blob, name) {
	const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function pause(ms, signal) {
	return new Promise((resolve, reject) => {
		setTimeout(resolve, ms);
		signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
	});
}

async function reached(path, options) {
	for (;;) {
		options.signal?.throwIfAborted();
		try {
			return await fetch(path, { ...options, cache: "no-store" });
		} catch (error) {
			if (options.signal?.aborted) throw error;
			await backAgain();
		}
	}
}

function backAgain() {
	away ??= (async () => {
		service.dispatchEvent(new Event("away"));
		tell("The service does not answer. Jobs that it accepted are kept; this page looks again every few seconds.");
		do await pause(AGAIN_MS);
		while (!(await fetch("health/live", { cache: "no-store" }).catch(() => null)));
		away = null;
		tell("The service answers again.");
		setTimeout(tell, 5000);
	})();
	return away;
}

/** Ask, and return what was typed, or null if the dialog was closed. `refusal`: what the service said of the last key. */
function askKey(refusal) {
	const dialog = document.getElementById("ask");
	const input = el("input", { type: "password", autocomplete: "off", required: true });
	const { node, fault } = makeField("API key", input, "This page forgets the key when you close or reload it.");
	return new Promise((resolve) => {
		let answer = null;
		put(dialog, el("form.stack", { method: "dialog", onsubmit: () => { answer = input.value.trim(); } },
			el("h2", { id: "ask-title" }, "This service asks for an API key"), node,
			el("div.buttons", el("button.primary", "Use this key"), button("Not now", () => dialog.close()))));
		dialog.addEventListener("close", () => resolve(answer), { once: true });
		dialog.showModal();
		fault.show(refusal || "");
		input.focus();
	});
}
