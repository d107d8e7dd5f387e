// @ts-check
/** Put a sight into the SVG: the view of each pane, the ends of each line. */

import { onCanvas, shows, view } from "./geometry.js";

/** @param {Element} node an <svg class="pane">
 * @returns {{ node: Element, pane: import("./geometry.js").Pane }} */
export function paneOf(node) {
  const number = (/** @type {string} */ name) => Number(node.getAttribute(name));
  const box = (node.getAttribute("data-box") ?? "").split(" ").map(Number);
  return { node, pane: { left: number("x"), top: number("y"), width: number("width"), height: number("height"), box } };
}

/** @param {Element} node @param {import("./geometry.js").Pane} pane @param {import("./geometry.js").Sight} sight */
export function drawPane(node, pane, sight) {
  node.setAttribute("viewBox", view(pane, sight).join(" "));
}

/** Move one correspondence; it is hidden unless both its ends are in sight.
 * @param {Element} pair @param {import("./geometry.js").Pane} query
 * @param {import("./geometry.js").Pane} candidate @param {import("./geometry.js").Sight} sight */
export function drawPair(pair, query, candidate, sight) {
  const ends = [
    end(pair, "data-from", query, sight),
    end(pair, "data-to", candidate, sight),
  ];
  const seen = shows(query, ends[0]) && shows(candidate, ends[1]);
  if (!seen) return pair.setAttribute("display", "none");
  pair.removeAttribute("display");
  const [line, ...dots] = pair.children;
  line.setAttribute("x1", String(ends[0].x));
  line.setAttribute("y1", String(ends[0].y));
  line.setAttribute("x2", String(ends[1].x));
  line.setAttribute("y2", String(ends[1].y));
  dots.forEach((dot, index) => moveDot(dot, ends[index]));
}

/** @param {Element} pair @param {string} name @param {import("./geometry.js").Pane} pane
 * @param {import("./geometry.js").Sight} sight */
function end(pair, name, pane, sight) {
  const [x, y] = (pair.getAttribute(name) ?? "").split(" ").map(Number);
  return onCanvas(pane, sight, x, y);
}

/** @param {Element} dot a circle, a rect of 12 by 12, or a group drawn around its own origin @param {{x: number, y: number}} at */
function moveDot(dot, at) {
  if (dot.tagName === "g") return dot.setAttribute("transform", `translate(${at.x} ${at.y})`);
  const round = dot.tagName === "circle";
  dot.setAttribute(round ? "cx" : "x", String(round ? at.x : at.x - 6));
  dot.setAttribute(round ? "cy" : "y", String(round ? at.y : at.y - 6));
}
