// @ts-check
/** Places marked on photos: a click or a drag, or a cross that the arrow keys move. They are kept in pixels of the
 * upright photo, as JSON in `[data-regions]`, and listed with fields that need no mouse. `[data-markable]` are panes of
 * the viewer and name their annotation; `[data-shown-mark]` are marks to be drawn only. Marks are drawn inside of what
 * the viewer moves, so that they follow zoom and turn; only the size of points is drawn anew. */

import { added } from "../viewer/layout.js";

/** @typedef {{ annotation_id: number, x: number, y: number, width: number, height: number, label: string }} Mark */
/** @typedef {{ x: number, y: number, width: number, height: number }} Place */

const STEP = 0.02; // of the width of what a pane shows
const POINT = 9; // pixels of the screen
const field = document.querySelector("input[data-regions]");
const list = document.querySelector("ol[data-marks]");
const row = document.querySelector("template[data-mark-row]");
/** @type {Mark[]} */
let marks = [];
/** What is being marked: a label, or "" for nothing. */
let label = "";
/** @type {{ annotation: number, place: Place } | null} */
let pending = null;
/** Where a drag began. @type {{ pane: SVGSVGElement, x: number, y: number } | null} */
let from = null;

/** Panes that are seen: in an overlay only the first is. */
const panes = () => /** @type {SVGSVGElement[]} */ ([...document.querySelectorAll("[data-markable]:not([display])")]);
/** @param {SVGSVGElement} pane */
const annotationOf = (pane) => Number(pane.dataset.annotation);
/** @param {SVGSVGElement} pane what is drawn in pixels of the photo */
const layer = (pane) => /** @type {SVGGElement} */ (pane.querySelector(".regions"));
/** @param {number} value @param {number} low @param {number} high */
const within = (value, low, high) => Math.min(high, Math.max(low, value));
/** @param {number} value */
const rounded = (value) => Math.round(value * 10) / 10;

/** Photo pixels for one pixel of the screen.
 * @param {SVGSVGElement} pane */
function unit(pane) {
  const turn = layer(pane).getScreenCTM();
  return turn ? 1 / (Math.hypot(turn.a, turn.b) || 1) : 1;
}

/** The photo itself: marks lie inside of it.
 * @param {SVGSVGElement} pane */
function size(pane) {
  const image = /** @type {SVGImageElement} */ (pane.querySelector("image"));
  return { width: image.width.baseVal.value, height: image.height.baseVal.value };
}

/** Photo pixels under a place of the window.
 * @param {SVGSVGElement} pane @param {number} clientX @param {number} clientY */
function at(pane, clientX, clientY) {
  const point = new DOMPoint(clientX, clientY).matrixTransform(layer(pane).getScreenCTM()?.inverse());
  const { width, height } = size(pane);
  return { x: within(point.x, 0, width), y: within(point.y, 0, height) };
}

/** The middle of what a pane shows.
 * @param {SVGSVGElement} pane @returns {Place} */
function middle(pane) {
  const turn = /** @type {SVGGElement} */ (layer(pane).parentNode).transform.baseVal.consolidate()?.matrix;
  const { x, y, width, height } = pane.viewBox.baseVal;
  const point = new DOMPoint(x + width / 2, y + height / 2);
  const there = turn ? point.matrixTransform(turn.inverse()) : point;
  return { x: there.x, y: there.y, width: 0, height: 0 };
}

/** One step of an arrow key.
 * @param {SVGSVGElement} pane */
function step(pane) {
  const turn = /** @type {SVGGElement} */ (layer(pane).parentNode).transform.baseVal.consolidate()?.matrix;
  return (STEP * pane.viewBox.baseVal.width) / (turn ? Math.hypot(turn.a, turn.b) : 1);
}

/** @param {SVGSVGElement} pane @param {Place} place @param {string} kind */
function draw(pane, place, kind) {
  const point = !place.width && !place.height;
  const { x, y, width, height } = place;
  const values = point ? { cx: x, cy: y, r: POINT * unit(pane) } : { x, y, width, height };
  added(layer(pane), point ? "circle" : "rect", { ...values, class: kind });
}

function redraw() {
  const shown = [...document.querySelectorAll("[data-shown-mark]")].map((one) => ({ .../** @type {HTMLElement} */ (one).dataset }));
  const others = shown.map((one) => ({ annotation_id: Number(one.annotation), x: Number(one.x), y: Number(one.y), width: Number(one.width), height: Number(one.height), label: one.label ?? "" }));
  for (const pane of panes()) {
    layer(pane).replaceChildren();
    for (const mark of [...marks, ...others]) if (annotationOf(pane) === mark.annotation_id) draw(pane, mark, mark.label);
    if (pending && annotationOf(pane) === pending.annotation) draw(pane, pending.place, "pending");
  }
}

function keep() {
  if (!(field instanceof HTMLInputElement)) return;
  field.value = JSON.stringify(marks);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  redraw();
}

function listMarks() {
  if (!list || !(row instanceof HTMLTemplateElement)) return;
  list.replaceChildren(...marks.map((mark, number) => {
    const line = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (row.content.cloneNode(true)).firstElementChild);
    const pane = panes().find((one) => annotationOf(one) === mark.annotation_id);
    const where = line.querySelector("[data-where]");
    if (where) where.textContent = pane?.dataset.name ?? "";
    for (const input of line.querySelectorAll("[data-field]")) {
      if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) continue;
      const name = /** @type {keyof Mark} */ (input.dataset.field);
      input.value = String(mark[name]);
      input.addEventListener("change", () => {
        Object.assign(mark, { [name]: name === "label" ? input.value : Math.max(0, Number(input.value)) });
        keep();
      });
    }
    line.querySelector("[data-remove]")?.addEventListener("click", () => {
      marks.splice(number, 1);
      listMarks();
      keep();
      /** @type {HTMLElement | null} */ (document.querySelector("[data-mark]"))?.focus();
    });
    return line;
  }));
}

/** @param {SVGSVGElement} pane @param {Place} place */
function add(pane, place) {
  const [x, y, width, height] = [place.x, place.y, place.width, place.height].map(rounded);
  marks.push({ annotation_id: annotationOf(pane), x, y, width, height, label });
  listMarks();
  keep();
}

/** @param {string} wanted */
function mark(wanted) {
  label = label === wanted ? "" : wanted;
  pending = from = null;
  document.body.classList.toggle("marking", label !== "");
  for (const button of document.querySelectorAll("[data-mark]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-mark") === label));
  const help = document.querySelector("[data-marking]");
  if (help instanceof HTMLElement) help.hidden = label === "";
  if (label && panes()[0]) cross(panes()[0]);
  redraw();
}

/** A cross in the middle of a pane, which gets the keyboard.
 * @param {SVGSVGElement} pane */
function cross(pane) {
  pending = { annotation: annotationOf(pane), place: middle(pane) };
  pane.focus({ preventScroll: true });
  redraw();
}

/** @param {Event} event @returns {SVGSVGElement | null} */
function paneOf(event) {
  return label && event.target instanceof Element ? event.target.closest("[data-markable]") : null;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const pane = paneOf(event);
  if (!pane) return;
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const next = panes()[panes().indexOf(pane) + (event.shiftKey ? -1 : 1)];
  pending ??= { annotation: annotationOf(pane), place: middle(pane) };
  const { place } = pending;
  const { width, height } = size(pane);
  if (move && event.shiftKey) {
    place.width = within(place.width + move[0] * step(pane), 0, width - place.x);
    place.height = within(place.height + move[1] * step(pane), 0, height - place.y);
  } else if (move) {
    place.x = within(place.x + move[0] * step(pane), 0, width - place.width);
    place.y = within(place.y + move[1] * step(pane), 0, height - place.height);
  } else if (event.key === "Enter") {
    add(pane, place);
    cross(pane);
  } else if (event.key === "Escape") {
    mark(label);
    pane.blur();
  } else if (event.key === "Tab" && next) cross(next);
  else return;
  event.preventDefault();
  event.stopPropagation();
  redraw();
}

/** Before the viewer takes it for a drag of the photo.
 * @param {PointerEvent} event */
function onDown(event) {
  const pane = paneOf(event);
  if (!pane || event.button) return;
  event.preventDefault();
  event.stopPropagation();
  pane.setPointerCapture(event.pointerId);
  from = { pane, ...at(pane, event.clientX, event.clientY) };
}

/** @param {PointerEvent} event @returns {Place} from where the drag began to here */
function dragged(event) {
  const { pane, x, y } = /** @type {NonNullable<typeof from>} */ (from);
  const to = at(pane, event.clientX, event.clientY);
  return { x: Math.min(x, to.x), y: Math.min(y, to.y), width: Math.abs(x - to.x), height: Math.abs(y - to.y) };
}

/** @param {PointerEvent} event */
function onMove(event) {
  if (!from) return;
  event.stopPropagation();
  pending = { annotation: annotationOf(from.pane), place: dragged(event) };
  redraw();
}

/** @param {PointerEvent} event */
function onUp(event) {
  if (!from) return;
  const { pane, x, y } = from;
  const place = dragged(event);
  const small = Math.max(place.width, place.height) < POINT * unit(pane);
  pending = from = null;
  add(pane, small ? { x, y, width: 0, height: 0 } : place);
  pane.focus({ preventScroll: true });
}

function read() {
  if (field instanceof HTMLInputElement) marks = JSON.parse(field.value || "[]");
  listMarks();
  redraw();
}

document.addEventListener("keydown", onKey, true);
document.addEventListener("pointerdown", onDown, true);
document.addEventListener("pointermove", onMove, true);
document.addEventListener("pointerup", onUp, true);
document.addEventListener("pointercancel", () => (from = null), true);
document.addEventListener("dblclick", (event) => paneOf(event) && event.stopPropagation(), true);
document.addEventListener("looked", redraw);
for (const button of document.querySelectorAll("[data-mark]")) {
  button.addEventListener("click", () => mark(button.getAttribute("data-mark") ?? ""));
}
field?.closest("form")?.addEventListener("restored", read);
const result = document.getElementById("result");
if (result?.parentElement) new MutationObserver(redraw).observe(result.parentElement, { childList: true });
read();
