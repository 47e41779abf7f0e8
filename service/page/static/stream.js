// Server-sent events read through fetch, since an EventSource cannot carry a key.

import { pause, request } from "./api.js";

const AGAIN_MS = 1000;

/**
 * Yield the events of a path as `{ type, data }`, with data read as JSON, until one of type `last` has come.
 * A stream that ends earlier is opened again; the service then states everything anew.
 */
export async function* events(path, last, signal) {
  for (;;) {
    const answer = await request(path, { headers: { Accept: "text/event-stream" }, signal });
    try {
      for await (const event of parsed(answer.body)) {
        yield event;
        if (event.type === last) return;
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
      for (const block of blocks) {
        const event = eventOf(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function eventOf(block) {
  let type = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) type = line.slice(6).trim();
    if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  return data.length ? { type, data: JSON.parse(data.join("\n")) } : null;
}
