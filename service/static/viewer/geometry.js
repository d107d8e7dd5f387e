// @ts-check
/** Geometry of the comparison picture, the same arithmetic as service/drawing.py. */

/** @typedef {{ zoom: number, x: number, y: number }} Sight centre relative to the annotation's box */
/** @typedef {{ left: number, top?: number, width: number, height: number, box: number[] }} Pane canvas units; box x0 y0 x1 y1 in photo pixels */

export const MAX_ZOOM = 16;

/** The visible part of the photo in photo pixels: x, y, width, height.
 * @param {Pane} pane @param {Sight} sight @returns {number[]} */
export function view(pane, sight) {
  const [x0, y0, x1, y1] = pane.box;
  const scale = sight.zoom * Math.min(pane.width / (x1 - x0), pane.height / (y1 - y0));
  const width = pane.width / scale;
  const height = pane.height / scale;
  return [
    x0 + sight.x * (x1 - x0) - width / 2,
    y0 + sight.y * (y1 - y0) - height / 2,
    width,
    height,
  ];
}

/** Photo pixels to canvas units.
 * @param {Pane} pane @param {Sight} sight @param {number} px @param {number} py */
export function onCanvas(pane, sight, px, py) {
  const [x, y, width, height] = view(pane, sight);
  return {
    x: pane.left + ((px - x) * pane.width) / width,
    y: (pane.top ?? 0) + ((py - y) * pane.height) / height,
  };
}

/** Whether a place on the canvas lies inside the pane.
 * @param {Pane} pane @param {{x: number, y: number}} place */
export function shows(pane, place) {
  const x = place.x - pane.left;
  const y = place.y - (pane.top ?? 0);
  return x >= 0 && x <= pane.width && y >= 0 && y <= pane.height;
}

/** Magnify by `factor` and keep the spot under (u, v), shares of the pane, where it is.
 * @param {Pane} pane @param {Sight} sight @param {number} factor @param {number} u @param {number} v
 * @returns {Sight} */
export function zoomed(pane, sight, factor, u = 0.5, v = 0.5) {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, sight.zoom * factor));
  const before = view(pane, sight);
  const after = view(pane, { ...sight, zoom });
  const [x0, y0, x1, y1] = pane.box;
  return clamped({
    zoom,
    x: sight.x + ((before[2] - after[2]) * (u - 0.5)) / (x1 - x0),
    y: sight.y + ((before[3] - after[3]) * (v - 0.5)) / (y1 - y0),
  });
}

/** Move by shares of what the pane shows.
 * @param {Pane} pane @param {Sight} sight @param {number} du @param {number} dv @returns {Sight} */
export function panned(pane, sight, du, dv) {
  const [, , width, height] = view(pane, sight);
  const [x0, y0, x1, y1] = pane.box;
  return clamped({
    zoom: sight.zoom,
    x: sight.x + (du * width) / (x1 - x0),
    y: sight.y + (dv * height) / (y1 - y0),
  });
}

/** Keep the centre inside the box: nobody gets lost beside the photo.
 * @param {Sight} sight @returns {Sight} */
function clamped(sight) {
  const inside = (/** @type {number} */ value) => Math.min(1, Math.max(0, value));
  return { zoom: sight.zoom, x: inside(sight.x), y: inside(sight.y) };
}
