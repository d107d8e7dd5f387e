// @ts-check
/** Places marked on photos: a click or a drag, or a cross that the arrow keys move. They are kept in pixels of the
 * upright photo, as JSON in `[data-regions]`, and listed with fields that need no mouse. `[data-markable]` names the
 * annotation and the part of the photo that it shows; `[data-shown-mark]` are marks to be drawn only. */

/** @typedef {{ annotation_id: number, x: number, y: number, width: number, height: number, label: string }} Mark */
/** @typedef {{ x: number, y: number, width: number, height: number }} Place */

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.02; // of the width of a photo
const POINT = 0.012;
const field = document.querySelector("input[data-regions]");
const list = document.querySelector("ol[data-marks]");
const row = document.querySelector("template[data-mark-row]");
const photos = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-markable]")]);
/** @type {Mark[]} */
let marks = [];
/** What is being marked: a label, or "" for nothing. */
let label = "";
/** @type {{ photo: HTMLElement, place: Place } | null} */
let pending = null;

/** @param {HTMLElement} photo @returns {Place} */
function shownPart(photo) {
  const [x0, y0, x1, y1] = (photo.dataset.box ?? "0 0 1 1").split(" ").map(Number);
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}

/** @param {number} value @param {number} low @param {number} high */
const within = (value, low, high) => Math.min(high, Math.max(low, value));
/** @param {number} value */
const rounded = (value) => Math.round(value * 10) / 10;

/** @param {HTMLElement} photo @param {Place} place @param {string} kind */
function draw(photo, place, kind) {
  const part = shownPart(photo);
  const point = !place.width && !place.height;
  const shape = document.createElementNS(SVG, point ? "circle" : "rect");
  const values = point
    ? { cx: place.x - part.x, cy: place.y - part.y, r: part.width * POINT }
    : { x: place.x - part.x, y: place.y - part.y, width: place.width, height: place.height };
  for (const [name, value] of Object.entries(values)) shape.setAttribute(name, String(value));
  shape.setAttribute("class", kind);
  photo.querySelector(".marks")?.append(shape);
}

function redraw() {
  for (const photo of photos) photo.querySelector(".marks")?.replaceChildren();
  const shown = [...document.querySelectorAll("[data-shown-mark]")].map((one) => ({ .../** @type {HTMLElement} */ (one).dataset }));
  const others = shown.map((one) => ({ annotation_id: Number(one.annotation), x: Number(one.x), y: Number(one.y), width: Number(one.width), height: Number(one.height), label: one.label ?? "" }));
  for (const mark of [...marks, ...others]) {
    for (const photo of photos) if (Number(photo.dataset.annotation) === mark.annotation_id) draw(photo, mark, mark.label);
  }
  if (pending) draw(pending.photo, pending.place, "pending");
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
    const photo = photos.find((one) => Number(one.dataset.annotation) === mark.annotation_id);
    const where = line.querySelector("[data-where]");
    if (where) where.textContent = photo?.dataset.name ?? "";
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

/** @param {HTMLElement} photo @param {Place} place */
function add(photo, place) {
  const [x, y, width, height] = [place.x, place.y, place.width, place.height].map(rounded);
  marks.push({ annotation_id: Number(photo.dataset.annotation), x, y, width, height, label });
  listMarks();
  keep();
}

/** @param {string} wanted */
function mark(wanted) {
  label = label === wanted ? "" : wanted;
  pending = null;
  document.body.classList.toggle("marking", label !== "");
  for (const button of document.querySelectorAll("[data-mark]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-mark") === label));
  const help = document.querySelector("[data-marking]");
  if (help instanceof HTMLElement) help.hidden = label === "";
  if (label) photos[0]?.focus();
  redraw();
}

/** @param {HTMLElement} photo */
function cross(photo) {
  const part = shownPart(photo);
  pending = { photo, place: { x: part.x + part.width / 2, y: part.y + part.height / 2, width: 0, height: 0 } };
  redraw();
}

/** @param {KeyboardEvent} event @param {HTMLElement} photo */
function onKey(event, photo) {
  if (!label || !pending) return;
  const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const part = shownPart(photo);
  const { place } = pending;
  if (move && event.shiftKey) {
    place.width = within(place.width + move[0] * STEP * part.width, 0, part.x + part.width - place.x);
    place.height = within(place.height + move[1] * STEP * part.width, 0, part.y + part.height - place.y);
  } else if (move) {
    place.x = within(place.x + move[0] * STEP * part.width, part.x, part.x + part.width - place.width);
    place.y = within(place.y + move[1] * STEP * part.width, part.y, part.y + part.height - place.height);
  } else if (event.key === "Enter") {
    add(photo, place);
    cross(photo);
  } else if (event.key === "Escape") {
    mark(label);
    photo.blur();
  } else return;
  event.preventDefault();
  event.stopPropagation();
  redraw();
}

/** @param {PointerEvent} event @param {HTMLElement} photo */
function at(event, photo) {
  const frame = /** @type {Element} */ (photo.querySelector("img, svg")).getBoundingClientRect();
  const part = shownPart(photo);
  return {
    x: part.x + within((event.clientX - frame.left) / frame.width, 0, 1) * part.width,
    y: part.y + within((event.clientY - frame.top) / frame.height, 0, 1) * part.height,
  };
}

/** @param {PointerEvent} event @param {HTMLElement} photo */
function onDown(event, photo) {
  if (!label || event.button) return;
  event.preventDefault();
  const from = at(event, photo);
  photo.setPointerCapture(event.pointerId);
  const move = (/** @type {PointerEvent} */ now) => {
    const to = at(now, photo);
    pending = { photo, place: { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(from.x - to.x), height: Math.abs(from.y - to.y) } };
    redraw();
  };
  photo.addEventListener("pointermove", move);
  photo.addEventListener("pointerup", (up) => {
    move(up);
    photo.removeEventListener("pointermove", move);
    const place = /** @type {{ place: Place }} */ (pending).place;
    const small = Math.max(place.width, place.height) < STEP * shownPart(photo).width;
    pending = null;
    add(photo, small ? { ...from, width: 0, height: 0 } : place);
  }, { once: true });
}

function read() {
  if (field instanceof HTMLInputElement) marks = JSON.parse(field.value || "[]");
  listMarks();
  redraw();
}

for (const photo of photos) {
  photo.addEventListener("focus", () => label && cross(photo));
  photo.addEventListener("keydown", (event) => onKey(event, photo));
  photo.addEventListener("pointerdown", (event) => onDown(event, photo));
}
for (const button of document.querySelectorAll("[data-mark]")) {
  button.addEventListener("click", () => mark(button.getAttribute("data-mark") ?? ""));
}
field?.closest("form")?.addEventListener("restored", read);
const result = document.getElementById("result");
if (result?.parentElement) new MutationObserver(redraw).observe(result.parentElement, { childList: true });
read();
