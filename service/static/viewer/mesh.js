// @ts-check
/** Linked points of two photos, the same arithmetic as reid/compare/mesh.py. */

/** @typedef {{ box: number[], rows: number, columns: number, points: number[] }} Mesh box x0 y0 x1 y1 of photo 0; points x y of photo 1, row by row */
/** @typedef {{ a: number, b: number }} Similarity (dx, dy) becomes (a dx - b dy, b dx + a dy) */

const STEPS = 12; // of Newton's method on the way back

/** Width and height of a cell, pixels of photo 0.
 * @param {Mesh} mesh */
function cell({ box, rows, columns }) {
  return [(box[2] - box[0]) / (columns - 1), (box[3] - box[1]) / (rows - 1)];
}

/** Pixels of photo 0 to pixels of photo 1: bilinear, beyond the box as in the outermost cells.
 * @param {Mesh} mesh @param {number} px @param {number} py @returns {[number, number]} */
export function linked(mesh, px, py) {
  const { box, rows, columns, points } = mesh;
  const [width, height] = cell(mesh);
  const across = (px - box[0]) / width;
  const down = (py - box[1]) / height;
  const x = Math.min(Math.max(Math.floor(across), 0), columns - 2);
  const y = Math.min(Math.max(Math.floor(down), 0), rows - 2);
  const u = across - x;
  const v = down - y;
  const at = (/** @type {number} */ row, /** @type {number} */ column, /** @type {number} */ axis) =>
    points[2 * (row * columns + column) + axis];
  const along = (/** @type {number} */ axis) =>
    (1 - v) * ((1 - u) * at(y, x, axis) + u * at(y, x + 1, axis)) +
    v * ((1 - u) * at(y + 1, x, axis) + u * at(y + 1, x + 1, axis));
  return [along(0), along(1)];
}

/** Columns of d(x1, y1) / d(x0, y0), over one cell to either side.
 * @param {Mesh} mesh @param {number} px @param {number} py @returns {[[number, number], [number, number]]} */
function slopes(mesh, px, py) {
  const [width, height] = cell(mesh);
  const [right, left] = [linked(mesh, px + width, py), linked(mesh, px - width, py)];
  const [below, above] = [linked(mesh, px, py + height), linked(mesh, px, py - height)];
  return [
    [(right[0] - left[0]) / (2 * width), (right[1] - left[1]) / (2 * width)],
    [(below[0] - above[0]) / (2 * height), (below[1] - above[1]) / (2 * height)],
  ];
}

/** Pixels of photo 1 to pixels of photo 0, from the nearest mesh point on.
 * @param {Mesh} mesh @param {number} px @param {number} py @returns {[number, number]} */
export function back(mesh, px, py) {
  const { box, rows, columns, points } = mesh;
  const [width, height] = cell(mesh);
  let nearest = 0;
  let least = Infinity;
  for (let index = 0; index < rows * columns; index += 1) {
    const far = (points[2 * index] - px) ** 2 + (points[2 * index + 1] - py) ** 2;
    if (far < least) [nearest, least] = [index, far];
  }
  let x = box[0] + (nearest % columns) * width;
  let y = box[1] + Math.floor(nearest / columns) * height;
  for (let step = 0; step < STEPS; step += 1) {
    const [[a, c], [b, d]] = slopes(mesh, x, y);
    const at = linked(mesh, x, y);
    const size = a * d - b * c || 1e-12;
    const [ex, ey] = [px - at[0], py - at[1]];
    x += (d * ex - b * ey) / size;
    y += (a * ey - c * ex) / size;
  }
  return [x, y];
}

/** The turn and size nearest to the slopes at a point: what a photo can do undistorted.
 * @param {Mesh} mesh @param {number} px @param {number} py @returns {Similarity} */
export function similarity(mesh, px, py) {
  const [[a, c], [b, d]] = slopes(mesh, px, py);
  return { a: (a + d) / 2, b: (c - b) / 2 };
}

/** Pixels of photo 1 to those of photo 0, as an SVG matrix: exact at a point of photo 0.
 * @param {Mesh} mesh @param {number} px @param {number} py */
export function matrix(mesh, px, py) {
  const turn = similarity(mesh, px, py);
  const [x, y] = linked(mesh, px, py);
  const size = turn.a ** 2 + turn.b ** 2;
  const a = turn.a / size;
  const b = -turn.b / size;
  return [a, b, -b, a, px - (a * x - b * y), py - (b * x + a * y)];
}
