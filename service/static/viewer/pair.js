// @ts-check
/** <locked-viewer>: two photos locked to each other through linked points. Zoom and pan follow the
 * coat; one photo is laid over the other, faded and flicked; a cursor and a measure lie on both. */

import { drawPane } from "./draw.js";
import { view } from "./geometry.js";
import { added, arranged, place, set, show } from "./layout.js";
import { back, linked, matrix, similarity } from "./mesh.js";
import { PairViewer } from "./viewer.js";
import { bent } from "./warp.js";

const BARS = [10, 5, 2, 1]; // rosettes of a ruler, the longest that fits; `data-rulers` has their words
const WIDEST_BAR = 400; // canvas units
const HELD_MS = 300; // a key down for longer was held, not tapped
const NARROW = matchMedia("(max-width: 52rem)");
const CROSS = "M-40 0H-9M40 0H9M0-40V-9M0 40V9M-9 0A9 9 0 1 0 9 0A9 9 0 1 0-9 0";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class LockedViewer extends PairViewer {
  connectedCallback() {
    this.mesh = JSON.parse(this.dataset.mesh ?? "");
    this.spacings = (this.dataset.spacings ?? "0 0").split(" ").map(Number);
    /** @type {import("./geometry.js").Sight} what pane B shows when it is not locked */
    this.other = { zoom: 1, x: 0.5, y: 0.5 };
    /** @type {[number, number] | null} */
    this.cursor = null;
    /** @type {[number, number][]} */
    this.measure = [];
    this.measuring = this.flicked = false;
    this.pressed = 0;
    this.bent = ""; // what the laid photo was made of
    this.addLinked();
    super.connectedCallback();
    this.other = { ...this.sight };
    this.picture.addEventListener("keydown", (event) => this.onArrow(event));
    this.tool("fade").addEventListener("input", () => (this.flicked = false));
    this.picture.addEventListener("pointerleave", () => this.point(null));
    this.onKeyUp = (/** @type {KeyboardEvent} */ event) => this.onRelease(event);
    this.onNarrow = () => this.arrange();
    document.addEventListener("keyup", this.onKeyUp);
    NARROW.addEventListener("change", this.onNarrow);
    this.arrange();
  }

  disconnectedCallback() {
    document.removeEventListener("keyup", this.onKeyUp);
    NARROW.removeEventListener("change", this.onNarrow);
    if (this.laid?.href.baseVal.startsWith("blob:")) URL.revokeObjectURL(this.laid.href.baseVal);
  }

  get locked() {
    return this.tool("lock").checked;
  }

  get over() {
    return this.tool("overlay").checked;
  }

  /** Elements that only the browser draws: cursor and measure in each pane, the laid photo. */
  addLinked() {
    this.groups = [...this.querySelectorAll("svg.pane .laid")];
    this.marksOf = this.groups.map((group) => /** @type {Element} */ (group.querySelector(".marks")));
    this.drawn = this.groups.map((group) => {
      const made = added(group, "g", { class: "linked" });
      return { cross: added(made, "path", { d: CROSS, display: "none" }), line: added(made, "path", { class: "measure", display: "none" }) };
    });
    const [x0, y0, x1, y1] = this.mesh.box;
    const area = { x: x0, y: y0, width: x1 - x0, height: y1 - y0, preserveAspectRatio: "none", class: "over", display: "none" };
    this.laid = /** @type {SVGImageElement} */ (added(null, "image", area));
    this.marksOf[0].before(this.laid);
  }

  /** Put the panes where there is room. */
  arrange() {
    const over = this.over;
    const [size, ...panes] = arranged(over, NARROW.matches);
    this.picture.setAttribute("viewBox", `0 0 ${size.join(" ")}`);
    const [frames, corners] = [".frame", ".corner"].map((name) => [...this.picture.querySelectorAll(`:scope > ${name}`)]);
    this.panes.forEach(({ node, pane }, n) => {
      const shown = panes[n];
      for (const one of [node, frames[n], corners[n]]) show(one, Boolean(shown));
      if (!shown) return;
      [pane.left, pane.top, pane.width, pane.height] = shown;
      place(node, shown, 0);
      place(frames[n], shown, 1);
      set(corners[n], { x: shown[0] + 18, y: shown[1] + 40 });
    });
    this.look(this.sight);
    if (over) this.layOver();
    this.fade();
  }

  /** Bend photo B onto photo A, unless that is done already. */
  async layOver() {
    const image = /** @type {SVGImageElement} */ (this.groups[1].querySelector("image"));
    const address = image.href.baseVal;
    if (this.bent === address) return;
    this.bent = address;
    const made = await bent(this.mesh, address, image.width.baseVal.value);
    if (this.bent !== address) return URL.revokeObjectURL(made);
    if (this.laid.href.baseVal.startsWith("blob:")) URL.revokeObjectURL(this.laid.href.baseVal);
    this.laid.setAttribute("href", made);
    this.dataset.ready = address; // for whoever waits for it
  }

  /** How much of the laid photo is seen. */
  fade() {
    show(this.laid, this.over);
    const share = this.flicked ? (this.tool("fade").valueAsNumber >= 50 ? 0 : 1) : this.tool("fade").valueAsNumber / 100;
    this.laid.setAttribute("opacity", String(share));
    const corner = this.picture.querySelector(":scope > .corner");
    if (corner) corner.textContent = this.over ? (share === 1 ? "B" : share === 0 ? "A" : "A + B") : "A";
    this.querySelector("[data-act=flick]")?.setAttribute("aria-pressed", String(this.flicked));
  }

  /** Tap: the other photo stays. In a picture side by side a flick lays over first. */
  flick() {
    if (!this.over) {
      this.tool("overlay").checked = true;
      this.tool("fade").value = "100";
      this.flicked = false;
      this.applyTools();
    } else {
      const share = this.tool("fade").valueAsNumber;
      if (share > 0 && share < 100) this.tool("fade").value = "0";
      this.flicked = !this.flicked || (share > 0 && share < 100);
      this.applyTools();
    }
    this.pressed = performance.now();
  }

  /** Held: back to what was seen.
   * @param {KeyboardEvent} event */
  onRelease(event) {
    if (event.key.toLowerCase() !== "f" || !this.pressed) return;
    if (performance.now() - this.pressed > HELD_MS) {
      this.flicked = !this.flicked;
      this.fade();
    }
    this.pressed = 0;
  }

  /** @param {import("./geometry.js").Sight} sight */
  look(sight) {
    super.look(sight);
    const [first, second] = this.panes;
    const { box } = first.pane;
    const centre = [box[0] + sight.x * (box[2] - box[0]), box[1] + sight.y * (box[3] - box[1])];
    const turn = similarity(this.mesh, centre[0], centre[1]);
    const seen = view(first.pane, sight);
    this.units = [seen[2] / first.pane.width, 1];
    if (this.locked) {
      second.node.setAttribute("viewBox", view({ ...second.pane, box }, sight).join(" "));
      this.groups[1].setAttribute("transform", `matrix(${matrix(this.mesh, centre[0], centre[1]).join(" ")})`);
      this.units[1] = this.units[0] * Math.hypot(turn.a, turn.b);
    } else {
      drawPane(second.node, second.pane, this.other);
      this.groups[1].removeAttribute("transform");
      this.units[1] = view(second.pane, this.other)[2] / second.pane.width;
    }
    this.marksOf.forEach((marks, n) => set(marks, { "font-size": Number(marks.getAttribute("data-size")) * this.units[n], "stroke-width": 5 * this.units[n] }));
    this.drawRulers();
    this.drawLinked();
    this.dispatchEvent(new CustomEvent("looked", { bubbles: true })); // whoever draws on the photos follows
  }

  /** @param {number} index */
  held(index) {
    const first = this.panes[0].pane;
    if (index && !this.locked) return { pane: this.panes[1].pane, sight: this.other };
    return { pane: index ? { ...this.panes[1].pane, box: first.box } : first, sight: this.sight };
  }

  /** @param {number} index @param {import("./geometry.js").Sight} sight */
  move(index, sight) {
    if (index && !this.locked) {
      this.other = sight;
      this.look(this.sight);
    } else this.look(sight);
  }

  drawRulers() {
    for (const ruler of this.picture.querySelectorAll("[data-ruler]")) {
      const n = Number(ruler.getAttribute("data-ruler"));
      const { pane, node } = this.panes[n];
      const spacing = this.spacings[n] / this.units[n];
      const count = BARS.find((bar) => bar * spacing <= WIDEST_BAR) ?? 1;
      show(ruler, spacing > 0 && !node.hasAttribute("display"));
      ruler.setAttribute("transform", `translate(${pane.left + 20} ${(pane.top ?? 0) + pane.height - 22})`);
      const [bar, text] = ruler.children;
      bar.setAttribute("d", `M0-8V0H${(count * spacing).toFixed(1)}V-8`);
      text.textContent = (this.dataset.rulers ?? "").split("|")[BARS.indexOf(count)] ?? "";
    }
  }

  /** Cursor and measure in both panes. */
  drawLinked() {
    this.drawn.forEach(({ cross, line }, n) => {
      const at = (/** @type {[number, number]} */ point) => (n ? linked(this.mesh, point[0], point[1]) : point);
      show(cross, this.cursor !== null);
      show(line, this.measure.length === 2);
      if (this.cursor) {
        const [x, y] = at(this.cursor);
        cross.setAttribute("transform", `translate(${x} ${y}) scale(${this.units[n]})`);
      }
      if (this.measure.length === 2) line.setAttribute("d", `M${at(this.measure[0]).join(" ")}L${at(this.measure[1]).join(" ")}`);
    });
  }

  /** Pixels of photo A under the pointer, also where it is over photo B.
   * @param {PointerEvent} event @returns {[number, number]} */
  under(event) {
    const { index, u, v } = this.place(event);
    const { pane, sight } = this.held(index);
    const [x, y, width, height] = view(pane, sight);
    const point = /** @type {[number, number]} */ ([x + u * width, y + v * height]);
    if (!index) return point;
    if (!this.locked) return back(this.mesh, point[0], point[1]);
    const { box } = this.panes[0].pane;
    const [cx, cy] = [box[0] + sight.x * (box[2] - box[0]), box[1] + sight.y * (box[3] - box[1])];
    const turn = similarity(this.mesh, cx, cy);
    const there = linked(this.mesh, cx, cy);
    const [dx, dy] = [point[0] - cx, point[1] - cy];
    return back(this.mesh, there[0] + turn.a * dx - turn.b * dy, there[1] + turn.b * dx + turn.a * dy);
  }

  /** @param {[number, number] | null} point of photo A */
  point(point, spoken = false) {
    this.cursor = point;
    this.drawLinked();
    if (this.measure.length) return;
    const [x0, y0, x1, y1, left] = (this.dataset.outline ?? "").split(" ").map(Number);
    if (!point || !x1) return this.say("", spoken);
    const along = (point[0] - x0) / (x1 - x0);
    const shares = { along: left ? along : 1 - along, down: (point[1] - y0) / (y1 - y0) };
    const percent = (/** @type {number} */ share) => String(Math.round(100 * share));
    this.say((this.dataset.cursorSays ?? "").replace("{along}", percent(shares.along)).replace("{down}", percent(shares.down)), spoken);
  }

  /** @param {string} words @param {boolean} [spoken] to a screen reader too */
  say(words, spoken = true) {
    const text = this.querySelector("[data-cursor-text]");
    text?.setAttribute("aria-live", spoken ? "polite" : "off");
    if (text) text.textContent = words;
  }

  /** One end of what is measured.
   * @param {[number, number]} point of photo A */
  end(point) {
    this.measure = this.measure.length === 1 ? [this.measure[0], point] : [point];
    this.drawLinked();
    if (this.measure.length < 2) return this.say(this.dataset.measureSays ?? "");
    const ends = [this.measure, this.measure.map(([x, y]) => linked(this.mesh, x, y))];
    const far = ends.map(([p, q], n) => (this.spacings[n] ? (Math.hypot(p[0] - q[0], p[1] - q[1]) / this.spacings[n]).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) : "?"));
    this.say((this.dataset.measuredSays ?? "").replace("{a}", far[0]).replace("{b}", far[1]));
    this.setMeasuring(false);
  }

  /** @param {boolean} measuring */
  setMeasuring(measuring) {
    this.measuring = measuring;
    this.querySelector("[data-act=measure]")?.setAttribute("aria-pressed", String(measuring));
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (this.measuring && !event.button) return this.end(this.under(event));
    super.onDown(event);
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    super.onMove(event);
    if (!this.pointers.size) this.point(this.under(event));
  }

  /** Arrow keys move the cursor by half a rosette, while the picture has the focus.
   * @param {KeyboardEvent} event */
  onArrow(event) {
    if (event.key === "Escape") {
      [this.measure, this.cursor] = [[], null];
      this.setMeasuring(false);
      return this.point(null, true);
    }
    const step = event.shiftKey ? undefined : ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const { box } = this.panes[0].pane;
    const far = (this.spacings[0] || (box[2] - box[0]) / 24) / 2;
    const [x, y] = this.cursor ?? this.centre();
    if (this.measure.length === 2) this.measure = [];
    this.point([x + far * step[0], y + far * step[1]], true);
    this.follow();
  }

  /** @returns {[number, number]} pixels of photo A in the middle of what is seen */
  centre() {
    const { box } = this.panes[0].pane;
    return [box[0] + this.sight.x * (box[2] - box[0]), box[1] + this.sight.y * (box[3] - box[1])];
  }

  /** Keep the cursor in sight. */
  follow() {
    const { pane } = this.panes[0];
    const [x, y, width, height] = view(pane, this.sight);
    const [cx, cy] = this.cursor ?? this.centre();
    if (cx >= x && cx <= x + width && cy >= y && cy <= y + height) return;
    const inside = (/** @type {number} */ share) => Math.min(1, Math.max(0, share));
    const [x0, y0, x1, y1] = pane.box;
    this.look({ zoom: this.sight.zoom, x: inside((cx - x0) / (x1 - x0)), y: inside((cy - y0) / (y1 - y0)) });
  }

  /** @param {Event} event */
  onClick(event) {
    const target = event.target instanceof Element ? event.target : null;
    const act = target?.closest("[data-act]")?.getAttribute("data-act") ?? "";
    if (act === "flick") this.flick();
    else if (act === "cursor") this.picture.focus(), this.point(this.cursor ?? this.centre(), true);
    else if (act === "measure") this.onMeasure();
    else if (act.startsWith("seen ")) this.setSeen(act.slice(5));
    else super.onClick(event);
  }

  onMeasure() {
    if (this.cursor && this.picture.matches(":focus")) return this.end(this.cursor);
    [this.measure, this.measuring] = [[], !this.measuring];
    this.setMeasuring(this.measuring);
    this.drawLinked();
    this.say(this.measuring ? (this.dataset.measureSays ?? "") : "");
  }

  /** @param {string} name @param {number} value */
  setTone(name, value) {
    if (name === "fade") this.flicked = false;
    super.setTone(name, value);
  }

  /** @param {string} wanted */
  setSeen(wanted) {
    const seen = /** @type {HTMLSelectElement} */ (this.querySelector("select[name=seen]"));
    seen.value = seen.value === wanted ? "" : wanted;
    this.applyTools();
  }

  /** @param {Record<string, number | string>} values @param {Record<string, number | string>} usual */
  applyMore(values, usual) {
    values.fade = this.tool("fade").valueAsNumber;
    usual.fade = 50;
    values.seen = /** @type {HTMLSelectElement} */ (this.querySelector("select[name=seen]")).value;
    usual.seen = "";
    for (const group of this.groups) {
      const image = /** @type {SVGImageElement} */ (group.querySelector("image"));
      const address = new URL(image.href.baseVal, location.href);
      if (values.seen) address.searchParams.set("look", String(values.seen));
      else address.searchParams.delete("look");
      const wanted = address.pathname + address.search;
      if (image.getAttribute("href") !== wanted) image.setAttribute("href", wanted);
    }
    this.arrange();
  }
}

/** Links that only look elsewhere: sections and marks. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-look]") : null;
  const viewer = document.querySelector("locked-viewer");
  const plain = event instanceof MouseEvent && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);
  if (!(link instanceof HTMLAnchorElement) || !(viewer instanceof LockedViewer) || !plain) return;
  event.preventDefault();
  const wanted = new URL(link.href).searchParams;
  const number = (/** @type {string} */ name, /** @type {number} */ usual) => Number(wanted.get(name) ?? usual);
  viewer.look({ zoom: number("zoom", 1), x: number("x", 0.5), y: number("y", 0.5) });
  viewer.point(viewer.centre(), true);
});

customElements.define("locked-viewer", LockedViewer);
