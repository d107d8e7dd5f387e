// @ts-check
/** Photo 1 bent onto photo 0, triangle by triangle of the mesh. */

const LONGEST = 1800; // pixels of the bent photo
const OVERLAP = 0.75; // pixels by which triangles reach over their edges, so that no seam is seen

/** Load what a pane shows.
 * @param {string} address @returns {Promise<HTMLImageElement>} */
async function loaded(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/** The bent photo over the mesh's box, as the address of a picture.
 * @param {import("./mesh.js").Mesh} mesh @param {string} address of photo 1
 * @param {number} width of photo 1 in its own pixels @returns {Promise<string>} */
export async function bent(mesh, address, width) {
  const image = await loaded(address);
  const { box, rows, columns, points } = mesh;
  const scale = Math.min(3, LONGEST / Math.max(box[2] - box[0], box[3] - box[1]));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round((box[2] - box[0]) * scale);
  canvas.height = Math.round((box[3] - box[1]) * scale);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const shrunk = image.naturalWidth / width;
  const corner = (/** @type {number} */ row, /** @type {number} */ column) => {
    const index = 2 * (row * columns + column);
    return {
      x: (column / (columns - 1)) * canvas.width,
      y: (row / (rows - 1)) * canvas.height,
      u: points[index] * shrunk,
      v: points[index + 1] * shrunk,
    };
  };
  for (let row = 0; row < rows - 1; row += 1) {
    for (let column = 0; column < columns - 1; column += 1) {
      const [a, b, c, d] = [corner(row, column), corner(row, column + 1), corner(row + 1, column + 1), corner(row + 1, column)];
      triangle(context, image, a, b, c);
      triangle(context, image, a, c, d);
    }
  }
  const blob = await new Promise((done) => canvas.toBlob(done, "image/webp", 0.92));
  return URL.createObjectURL(/** @type {Blob} */ (blob));
}

/** @typedef {{ x: number, y: number, u: number, v: number }} Corner x, y on the canvas; u, v in the image */

/** @param {CanvasRenderingContext2D} context @param {HTMLImageElement} image
 * @param {Corner} p @param {Corner} q @param {Corner} r */
function triangle(context, image, p, q, r) {
  const area = (q.u - p.u) * (r.v - p.v) - (r.u - p.u) * (q.v - p.v);
  if (Math.abs(area) < 1e-6) return;
  const part = (/** @type {"x" | "y"} */ axis) => {
    const [first, second] = [q[axis] - p[axis], r[axis] - p[axis]];
    const du = (first * (r.v - p.v) - second * (q.v - p.v)) / area;
    const dv = (second * (q.u - p.u) - first * (r.u - p.u)) / area;
    return [du, dv, p[axis] - du * p.u - dv * p.v];
  };
  const [a, c, e] = part("x");
  const [b, d, f] = part("y");
  const middle = { x: (p.x + q.x + r.x) / 3, y: (p.y + q.y + r.y) / 3 };
  context.save();
  context.beginPath();
  for (const corner of [p, q, r]) {
    const far = Math.hypot(corner.x - middle.x, corner.y - middle.y) || 1;
    const grown = 1 + (2 * OVERLAP) / far;
    context.lineTo(middle.x + (corner.x - middle.x) * grown, middle.y + (corner.y - middle.y) * grown);
  }
  context.clip();
  context.setTransform(a, b, c, d, e, f);
  context.drawImage(image, 0, 0);
  context.restore();
}
