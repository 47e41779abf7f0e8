// What most modules use.

export * from "./api.js";
export * from "./asked.js";
export * from "./dom.js";
export * from "./format.js";
export * from "./router.js";
