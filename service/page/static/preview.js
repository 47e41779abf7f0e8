// The picture in a file, decoded by the browser: the numbers that a model sees if its size and colours are the same.

import { decoded } from "./pixels.js";

/** Decode an image file. `same`: whether it has the size and the colours that the model takes. Null if it is no image. */
export async function preview(model, file) {
  let picture;
  try {
    picture = await decoded(file);
  } catch {
    return null;
  }
  const { shape, layout } = model.input;
  const [channels, height, width] = layout === "NHWC" ? [shape[2], shape[0], shape[1]] : shape;
  const same = picture.width === width && picture.height === height && picture.channels === channels;
  return { ...picture, same, wanted: `${width} × ${height}` };
}
