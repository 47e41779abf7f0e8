// Requests to the service's API: the key, problem documents, and a service that does not answer.

import { ask } from "./ask.js";

const BASE = new URL(".", document.baseURI);
const AGAIN_MS = 3000;

let key = null; // in memory alone: neither in storage nor in an address
let away = null; // a promise that is kept once the service answers again

/** Told of `away` and `back`. */
export const service = new EventTarget();

/** An answer of status 400 or more. `errors`: the fields at fault, each with `field` and `message`. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || document.title || `The service answered with status ${status}.`);
    this.status = status;
    this.document = document;
    this.slug = String(document.type || "").split(":").pop();
    this.errors = document.errors || [];
  }
}

/** The full address of a path of the API, which is given without a slash at its beginning. */
export function address(path) {
  return new URL(path, BASE).href;
}

/** Whether a key was typed in; examples to copy then say where it goes. */
export function hasKey() {
  return key !== null;
}

/**
 * Ask the service, and return its answer if its status is below 400. Throws Problem otherwise.
 * Asks for a key on 401. Where the service does not answer, waits until it does and asks again: so a request
 * that must not happen twice carries an Idempotency-Key.
 */
export async function request(path, { method = "GET", body, headers = {}, signal } = {}) {
  for (;;) {
    const sent = key === null ? headers : { ...headers, Authorization: `Bearer ${key}` };
    const answer = await reached(path, { method, body, headers: sent, signal });
    if (answer.ok) return answer;
    const problem = await problemOf(answer);
    if (answer.status !== 401) throw problem;
    await newKey(problem, sent.Authorization);
  }
}

/** The same, with the answer read as JSON. */
export async function json(path, options) {
  return (await request(path, options)).json();
}

/** The state of the service, ready or not. Nothing is thrown where it is not ready. */
export async function readiness(signal) {
  const answer = await reached("health/ready", { signal });
  return { ready: answer.ok, ...(await answer.json()) };
}

/** Save what a path of the API answers as a file. */
export async function download(path, name, headers = {}) {
  const blob = await (await request(path, { headers })).blob();
  saveBlob(blob, name);
}

/** Let the browser save a blob as a file. */
export function saveBlob(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Wait for some time; throws when the signal is aborted. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

async function reached(path, options) {
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      return await fetch(address(path), { ...options, cache: "no-store", credentials: "same-origin" });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      await backAgain();
    }
  }
}

/** Look every few seconds until the service answers; all requests that wait share the looking. */
function backAgain() {
  away ??= (async () => {
    service.dispatchEvent(new Event("away"));
    for (;;) {
      await pause(AGAIN_MS);
      try {
        await fetch(address("health/live"), { cache: "no-store" });
        break;
      } catch {
        // it is still away
      }
    }
    away = null;
    service.dispatchEvent(new Event("back"));
  })();
  return away;
}

async function problemOf(answer) {
  try {
    return new Problem(answer.status, await answer.json());
  } catch {
    return new Problem(answer.status, {});
  }
}

let asking = null;

/** Ask for a key once, however many requests need one. Throws the problem if the person gives none. */
async function newKey(problem, refused) {
  const now = key === null ? undefined : `Bearer ${key}`;
  if (refused !== now) return; // another request has got a newer key meanwhile
  asking ??= ask({
    title: "This service asks for an API key",
    text: "The key stays in the memory of this page and is forgotten when you close or reload it.",
    fault: refused === undefined ? "" : problem.message,
    field: "API key",
    type: "password",
    button: "Use this key",
  }).finally(() => { asking = null; });
  const given = await asking;
  if (given === null) throw problem;
  key = given;
}
