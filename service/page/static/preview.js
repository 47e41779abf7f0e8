// A picture as a model sees it, decoded and brought to the model's size by the service.

import { json } from "./api.js";
import { decoded } from "./pixels.js";

/** The picture that a model gets of an image file, and the `conversions` that made it. Throws Problem if it is refused. */
export async function preview(model, file, signal) {
  const body = new FormData();
  body.append("model", model.name);
  body.append("image", file, file.name);
  const seen = await json("v1/previews", { method: "POST", body, signal });
  return { ...(await decoded(seen.picture, channelsOf(model.input))), conversions: seen.input.conversions };
}

function channelsOf({ shape, layout }) {
  return layout === "NHWC" ? shape[2] : shape[0];
}
