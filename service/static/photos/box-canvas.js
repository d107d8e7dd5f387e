// @ts-check
/** Boxes on a photo: drawn, moved, resized and removed with mouse, touch and keyboard.
 * The photo is an <svg> whose viewBox is its size in pixels, with a `[data-layer]` group for the boxes.
 * What the boxes mean is told by whoever owns them: see box-editor.js and upload-boxes.js. */

/** @typedef {{ x0: number, y0: number, x1: number, y1: number }} Corners */
/** @typedef {{ corners: Corners, name: string, proposed: boolean }} DrawnBox */
/** @typedef {{ drawn: (corners: Corners) => void, changed: (number: number) => void, removed: (number: number) => void, chosen: (number: number) => void }} Told */

const SVG = "http://www.w3.org/2000/svg";
const HANDLES = /** @type {const} */ ([[-1, -1], [0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0]]);
const MOVES = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
const STEP = 0.01; // of the photo's longer side, by one press of an arrow
const LEAST = 32; // pixels of the photo; a smaller crop is refused

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.min(Math.max(value, least), most);

/** @param {string} name @param {Record<string, string | number>} values */
function element(name, values) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) node.setAttribute(key, String(value));
  return node;
}

export class BoxCanvas {
  /** @param {SVGSVGElement} svg @param {Told} told */
  constructor(svg, told) {
    this.svg = svg;
    this.told = told;
    this.layer = /** @type {SVGGElement} */ (svg.querySelector("[data-layer]"));
    /** @type {DrawnBox[]} */
    this.boxes = [];
    /** @type {SVGGElement[]} */
    this.nodes = [];
    this.drawing = false;
    this.number = -1; // of the chosen box
    /** @type {{ kind: "new" | "move" | "size", x: number, y: number, before: Corners, across: number, down: number } | null} */
    this.drag = null;
    /** @type {Element | null} */
    this.rubber = null;
    svg.addEventListener("pointerdown", (event) => this.onDown(event));
    svg.addEventListener("pointermove", (event) => this.onMove(event));
    svg.addEventListener("pointerup", (event) => this.onUp(event));
    svg.addEventListener("pointercancel", () => this.cancel());
    svg.addEventListener("touchstart", (event) => this.onTouch(event), { passive: false });
    svg.addEventListener("keydown", (event) => this.onKey(event));
    svg.addEventListener("focusin", (event) => this.onFocus(event));
    new ResizeObserver(() => this.boxes.forEach((_, number) => this.place(number))).observe(svg);
  }

  get width() { return this.svg.viewBox.baseVal.width; }
  get height() { return this.svg.viewBox.baseVal.height; }

  /** Pixels of the photo in one of the screen. */
  get unit() { return 1 / (this.svg.getScreenCTM()?.a || 1); }

  /** Show these boxes. @param {DrawnBox[]} boxes @param {number} [number] the chosen one */
  show(boxes, number = -1) {
    const focused = this.nodes.some((node) => node === document.activeElement);
    this.boxes = boxes;
    this.number = number;
    this.nodes = boxes.map((_, place) => this.node(place));
    const area = (/** @type {number} */ place) => (boxes[place].corners.x1 - boxes[place].corners.x0) * (boxes[place].corners.y1 - boxes[place].corners.y0);
    const larger = [...boxes.keys()].sort((one, other) => area(other) - area(one)); // small ones lie above
    this.layer.replaceChildren(...larger.map((place) => this.nodes[place]));
    boxes.forEach((_, place) => this.place(place));
    if (focused) (this.nodes[number] ?? this.nodes[0])?.focus({ preventScroll: true });
  }

  /** Let the next drag draw a box, also on an empty place under a finger. @param {boolean} on */
  draw(on) {
    this.drawing = on;
    this.svg.classList.toggle("drawing", on);
  }

  /** A box in the middle of the photo. @returns {Corners} */
  middle() {
    const [width, height] = [this.width, this.height];
    return { x0: Math.round(width * 0.35), y0: Math.round(height * 0.35), x1: Math.round(width * 0.65), y1: Math.round(height * 0.65) };
  }

  /** @param {number} number */
  choose(number) {
    this.number = number;
    this.nodes.forEach((node, place) => node.classList.toggle("chosen", place === number));
  }

  /** @param {number} number */
  focus(number) {
    this.nodes[number]?.focus({ preventScroll: true });
  }

  /** @param {number} number @returns {SVGGElement} */
  node(number) {
    const box = this.boxes[number];
    const classes = `box${box.proposed ? " proposed" : ""}${number === this.number ? " chosen" : ""}`;
    const node = /** @type {SVGGElement} */ (element("g", { class: classes, tabindex: 0, role: "button", "data-box": number, "aria-label": box.name }));
    node.append(element("rect", { class: "shade" }), element("rect", { class: "line" }));
    const label = element("text", { class: "label" });
    label.textContent = String(number + 1);
    node.append(label);
    HANDLES.forEach((_, handle) => node.append(element("rect", { class: "grip", "data-handle": handle })));
    HANDLES.forEach(() => node.append(element("rect", { class: "handle" })));
    return node;
  }

  /** Put a box's parts where its corners are. @param {number} number */
  place(number) {
    const { x0, y0, x1, y1 } = this.boxes[number].corners;
    const [grip, dot] = [28 * this.unit, 10 * this.unit];
    const [lines, others] = [this.nodes[number].querySelectorAll(".shade, .line"), this.nodes[number]];
    for (const rect of lines) set(rect, { x: x0, y: y0, width: x1 - x0, height: y1 - y0 });
    set(/** @type {Element} */ (others.querySelector("text")), { x: x0 + 6 * this.unit, y: y0 + 20 * this.unit, "font-size": 16 * this.unit, "stroke-width": 4 * this.unit });
    const [grips, dots] = [others.querySelectorAll(".grip"), others.querySelectorAll(".handle")];
    HANDLES.forEach(([across, down], handle) => {
      const x = across < 0 ? x0 : across > 0 ? x1 : (x0 + x1) / 2;
      const y = down < 0 ? y0 : down > 0 ? y1 : (y0 + y1) / 2;
      set(grips[handle], { x: x - grip / 2, y: y - grip / 2, width: grip, height: grip });
      set(dots[handle], { x: x - dot / 2, y: y - dot / 2, width: dot, height: dot });
    });
  }

  /** @param {PointerEvent} event @returns {[number, number]} pixels of the photo */
  at(event) {
    const matrix = this.svg.getScreenCTM();
    if (!matrix) return [0, 0];
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [point.x, point.y];
  }

  /** A finger on a box moves the box and not the page. @param {TouchEvent} event */
  onTouch(event) {
    const box = event.target instanceof Element && event.target.closest("[data-box]");
    if ((box || this.drawing) && event.touches.length === 1) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.button || !event.isPrimary || !(event.target instanceof Element)) return;
    const owner = this.drawing ? null : event.target.closest("[data-box]");
    const [x, y] = this.at(event);
    if (!owner && !this.drawing && event.pointerType !== "mouse") return this.told.chosen(-1);
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    if (!owner) {
      this.drag = { kind: "new", x, y, before: { x0: x, y0: y, x1: x, y1: y }, across: 0, down: 0 };
      return;
    }
    const number = Number(owner.getAttribute("data-box"));
    const handle = HANDLES[Number(event.target.getAttribute("data-handle") ?? -1)];
    const [across, down] = event.target.hasAttribute("data-handle") && handle ? handle : [0, 0];
    this.focus(number);
    this.told.chosen(number);
    this.drag = { kind: across || down ? "size" : "move", x, y, before: { ...this.boxes[number].corners }, across, down };
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.drag) return;
    const { kind, before, across, down } = this.drag;
    const [x, y] = this.at(event);
    const [right, below] = [x - this.drag.x, y - this.drag.y];
    if (kind === "new") this.stretch(this.corners(this.drag.x, this.drag.y, x, y));
    else if (kind === "move") this.set(this.number, this.moved(before, right, below));
    else this.set(this.number, this.sized(before, across * right, down * below, across, down));
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    const drag = this.drag;
    this.drag = null;
    this.rubber?.remove();
    this.rubber = null;
    if (!drag) return;
    if (drag.kind !== "new") {
      if (!same(drag.before, this.boxes[this.number].corners)) this.told.changed(this.number);
      return;
    }
    const corners = this.corners(drag.x, drag.y, ...this.at(event));
    const small = Math.max(corners.x1 - corners.x0, corners.y1 - corners.y0) < 12 * this.unit;
    if (small) this.told.chosen(-1);
    else this.told.drawn(this.sized(corners, 0, 0, 1, 1));
  }

  cancel() {
    if (this.drag && this.drag.kind !== "new") this.set(this.number, this.drag.before);
    this.drag = null;
    this.rubber?.remove();
    this.rubber = null;
  }

  /** @param {FocusEvent} event */
  onFocus(event) {
    const owner = event.target instanceof Element ? event.target.closest("[data-box]") : null;
    if (owner) this.told.chosen(Number(owner.getAttribute("data-box")));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const owner = event.target instanceof Element ? event.target.closest("[data-box]") : null;
    if (!owner || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = Number(owner.getAttribute("data-box"));
    const move = MOVES[event.key];
    const step = Math.max(1, Math.round(STEP * Math.max(this.width, this.height)));
    const before = this.boxes[number].corners;
    if (move) {
      const [right, below] = [move[0] * step, move[1] * step];
      const after = event.shiftKey ? this.sized(before, right, below, 1, 1) : this.moved(before, right, below);
      this.set(number, after);
      if (!same(before, after)) this.told.changed(number);
    } else if (event.key === "Delete" || event.key === "Backspace") this.told.removed(number);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {number} number @param {Corners} corners */
  set(number, corners) {
    this.boxes[number].corners = corners;
    this.place(number);
  }

  /** The box that is being drawn. @param {Corners} corners */
  stretch(corners) {
    this.rubber ??= this.layer.appendChild(element("rect", { class: "line rubber" }));
    set(this.rubber, { x: corners.x0, y: corners.y0, width: corners.x1 - corners.x0, height: corners.y1 - corners.y0 });
  }

  /** @param {number} x @param {number} y @param {number} toX @param {number} toY @returns {Corners} */
  corners(x, y, toX, toY) {
    const [xs, ys] = [[x, toX].map((value) => within(value, 0, this.width)), [y, toY].map((value) => within(value, 0, this.height))];
    return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
  }

  /** @param {Corners} box @param {number} right @param {number} below @returns {Corners} inside the photo */
  moved(box, right, below) {
    const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
    const x0 = Math.round(within(box.x0 + right, 0, this.width - width));
    const y0 = Math.round(within(box.y0 + below, 0, this.height - height));
    return { x0, y0, x1: x0 + width, y1: y0 + height };
  }

  /** A box whose sides are pushed outwards. across, down: which sides, -1 for left and top, 1 for right
   * and bottom, 0 for none. @param {Corners} box @param {number} wider @param {number} higher
   * @param {number} across @param {number} down @returns {Corners} */
  sized(box, wider, higher, across, down) {
    const { width, height } = this;
    const [wide, high] = [Math.min(LEAST, width), Math.min(LEAST, height)];
    let { x0, y0, x1, y1 } = box;
    if (across < 0) x0 = within(x0 - wider, 0, x1 - wide);
    if (across > 0) x1 = within(x1 + wider, x0 + wide, width);
    if (down < 0) y0 = within(y0 - higher, 0, y1 - high);
    if (down > 0) y1 = within(y1 + higher, y0 + high, height);
    if (x1 >= width) [x0, x1] = [Math.max(0, Math.min(x0, width - wide)), width];
    if (y1 >= height) [y0, y1] = [Math.max(0, Math.min(y0, height - high)), height];
    return { x0: Math.round(x0), y0: Math.round(y0), x1: Math.round(x1), y1: Math.round(y1) };
  }
}

/** @param {Element} node @param {Record<string, number>} values */
function set(node, values) {
  for (const [name, value] of Object.entries(values)) node.setAttribute(name, String(value));
}

/** @param {Corners} one @param {Corners} other */
function same(one, other) {
  return one.x0 === other.x0 && one.y0 === other.y0 && one.x1 === other.x1 && one.y1 === other.y1;
}
