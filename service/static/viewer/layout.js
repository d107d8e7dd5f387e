// @ts-check
/** Where the panes of a picture lie, and the few things that are done to an SVG. */

const SVG = "http://www.w3.org/2000/svg";

/** Where panes lie on a picture: its size, then left, top, width and height of each. */
const LAYOUTS = {
  beside: [[2000, 500], [0, 0, 990, 500], [1010, 0, 990, 500]],
  below: [[1000, 1010], [0, 0, 1000, 500], [0, 510, 1000, 500]],
  over: [[2000, 760], [0, 0, 2000, 760]],
  narrow: [[1000, 700], [0, 0, 1000, 700]],
};

/** The layout for a window that is narrow or not.
 * @param {boolean} over one photo over the other @param {boolean} narrow @returns {number[][]} */
export function arranged(over, narrow) {
  if (over) return narrow ? LAYOUTS.narrow : LAYOUTS.over;
  return narrow ? LAYOUTS.below : LAYOUTS.beside;
}

/** @param {Element | null} parent @param {string} name @param {Record<string, string | number>} values */
export function added(parent, name, values) {
  const made = document.createElementNS(SVG, name);
  set(made, values);
  parent?.append(made);
  return made;
}

/** @param {Element} node @param {Record<string, string | number>} values */
export function set(node, values) {
  for (const [name, value] of Object.entries(values)) node.setAttribute(name, String(value));
}

/** @param {Element} node @param {boolean} shown */
export function show(node, shown) {
  if (shown) node.removeAttribute("display");
  else node.setAttribute("display", "none");
}

/** @param {Element} node @param {number[]} at left, top, width, height @param {number} inset */
export function place(node, [x, y, width, height], inset) {
  set(node, { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset });
}
