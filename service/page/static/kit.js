// What the views and their parts share.

export * from "./api.js";
export * from "./charts.js";
export * from "./dom.js";
export * from "./field.js";
export * from "./format.js";
export * from "./held.js";
export * from "./pixels.js";
export * from "./plane.js";
export * from "./router.js";
export * from "./stream.js";
export * from "./table.js";
