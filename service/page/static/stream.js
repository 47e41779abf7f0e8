// Server-sent events read through fetch: an EventSource cannot carry a key.

import { pause, request } from "./api.js";

const AGAIN_MS = 1000;

/** Yield the events of a job or run until its end. A stream that ends earlier is opened again. */
export async function* events(path, signal) {
	for (;;) {
		const answer = await request(`${path}/events`, { headers: { Accept: "text/event-stream" }, signal });
		try {
			for await (const event of parsed(answer.body)) {
				yield event;
				if (event.type === "end") return;
			}
		} catch (error) {
			if (signal?.aborted || !(error instanceof TypeError)) throw error;
		}
		await pause(AGAIN_MS, signal);
	}
}

async function* parsed(body) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	try {
		for (;;) {
			const { value, done } = await reader.read();
			if (done) return;
			const blocks = (rest + value.replaceAll("\r", "")).split("\n\n");
			rest = blocks.pop();
			yield* blocks.map(eventOf).filter(Boolean);
		}
	} finally {
		reader.cancel().catch(() => {});
	}
}

function eventOf(block) {
	const [, type, data] = block.match(/^event: (.*)[^]*^data: (.*)/m) ?? [];
	return data && { type, data: JSON.parse(data) };
}
