// A picture as a model sees it.

import { json } from "./api.js";
import { decoded } from "./pixels.js";

export async function preview(model, file, signal) {
	const body = new FormData();
	body.append("model", model.name);
	body.append("image", file, file.name);
	const seen = await json("v1/previews", { method: "POST", body, signal });
	const { shape, layout } = model.input;
	return { ...(await decoded(seen.picture, shape[layout === "NHWC" ? 2 : 0])), ...seen.input };
}
