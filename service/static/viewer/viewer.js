// @ts-check
/** <pair-viewer>: zoom and pan both photos together, move the lines along, apply brightness and
 * contrast. What is changed goes into the address, under the names the server reads. */

import { drawPane, drawPair, paneOf } from "./draw.js";
import { panned, shows, zoomed } from "./geometry.js";

const STEP = 1.25;
const NUDGE = 0.15;

export class PairViewer extends HTMLElement {
  connectedCallback() {
    this.picture = /** @type {SVGSVGElement} */ (this.querySelector("svg.picture"));
    this.panes = [...this.picture.querySelectorAll("svg.pane")].map(paneOf);
    const { zoom, x, y } = this.picture.dataset;
    /** @type {import("./geometry.js").Sight} */
    this.sight = { zoom: Number(zoom), x: Number(x), y: Number(y) };
    /** @type {Map<number, {x: number, y: number}>} */
    this.pointers = new Map();
    this.dragged = 0;
    /** @type {Map<string, string | null>} */
    this.changes = new Map();
    this.picture.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.picture.addEventListener("dblclick", (event) => this.zoom(2, event));
    this.picture.addEventListener("pointerdown", (event) => this.onDown(event));
    this.picture.addEventListener("pointermove", (event) => this.onMove(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.picture.addEventListener(end, (event) => this.onUp(/** @type {PointerEvent} */ (event)));
    }
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("input", () => this.applyTools());
    this.applyTools();
  }

  /** @param {import("./geometry.js").Sight} sight */
  look(sight) {
    this.sight = sight;
    for (const { node, pane } of this.panes) drawPane(node, pane, sight);
    if (this.panes.length === 2) {
      for (const pair of this.picture.querySelectorAll(".pair")) {
        drawPair(pair, this.panes[0].pane, this.panes[1].pane, sight);
      }
    }
    const text = this.querySelector("[data-zoom-text]");
    if (text) text.textContent = `${Math.round(100 * sight.zoom)} %`;
    this.remember({ zoom: sight.zoom, x: sight.x, y: sight.y }, { zoom: 1, x: 0.5, y: 0.5 });
  }

  /** A place of the window in the units of the picture.
   * @param {{clientX: number, clientY: number}} at */
  onPicture(at) {
    const frame = this.picture.getBoundingClientRect();
    const { width, height } = this.picture.viewBox.baseVal;
    return {
      x: ((at.clientX - frame.left) / frame.width) * width,
      y: ((at.clientY - frame.top) / frame.height) * height,
    };
  }

  /** Which pane is under the pointer, and where in it, as shares of its size.
   * @param {{clientX: number, clientY: number}} at @param {number} [wanted] a pane, wherever the pointer is */
  place(at, wanted) {
    const place = this.onPicture(at);
    const found = wanted ?? this.panes.findIndex(({ node, pane }) => !node.hasAttribute("display") && shows(pane, place));
    const index = Math.max(0, found);
    const { pane } = this.panes[index];
    return { index, pane, u: (place.x - pane.left) / pane.width, v: (place.y - (pane.top ?? 0)) / pane.height };
  }

  /** What a pane shows, and the pane whose box that is stated by.
   * @param {number} index @returns {{ pane: import("./geometry.js").Pane, sight: import("./geometry.js").Sight }} */
  held(index) {
    return { pane: this.panes[index].pane, sight: this.sight };
  }

  /** Show something else in a pane; here in both.
   * @param {number} _index @param {import("./geometry.js").Sight} sight */
  move(_index, sight) {
    this.look(sight);
  }

  /** @param {number} factor @param {{clientX: number, clientY: number}} [at] */
  zoom(factor, at) {
    const { index, u, v } = at ? this.place(at) : { index: 0, u: 0.5, v: 0.5 };
    const { pane, sight } = this.held(index);
    this.move(index, zoomed(pane, sight, factor, u, v));
  }

  /** @param {WheelEvent} event */
  onWheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 120) * 0.002), event);
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.button) return;
    this.picture.setPointerCapture(event.pointerId);
    this.picture.classList.add("dragging");
    this.dragged = this.place(event).index;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /** One pointer moves, two also magnify.
   * @param {PointerEvent} event */
  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (others.length) {
      const spread = (/** @type {{x: number, y: number}} */ at) => Math.hypot(at.x - others[0].x, at.y - others[0].y);
      return this.zoom(spread({ x: event.clientX, y: event.clientY }) / Math.max(1, spread(before)), event);
    }
    const { pane, sight } = this.held(this.dragged);
    const from = this.onPicture({ clientX: before.x, clientY: before.y });
    const to = this.onPicture(event);
    this.move(this.dragged, panned(pane, sight, (from.x - to.x) / pane.width, (from.y - to.y) / pane.height));
  }

  /** @param {PointerEvent} event */
  onUp(event) {
    this.pointers.delete(event.pointerId);
    if (!this.pointers.size) this.picture.classList.remove("dragging");
  }

  /** @param {Event} event */
  onClick(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    const act = button?.getAttribute("data-act");
    const pane = this.panes[0].pane;
    const moves = { left: [-NUDGE, 0], right: [NUDGE, 0], up: [0, -NUDGE], down: [0, NUDGE] };
    if (act === "in") this.zoom(STEP);
    else if (act === "out") this.zoom(1 / STEP);
    else if (act === "fit") this.look({ zoom: 1, x: 0.5, y: 0.5 });
    else if (act === "plain") this.setTone("brightness", 100), this.setTone("contrast", 100);
    else if (act && act in moves) {
      const [du, dv] = moves[/** @type {keyof typeof moves} */ (act)];
      this.look(panned(pane, this.sight, du, dv));
    } else if (act) {
      const name = act.slice(0, -1);
      this.setTone(name, this.tool(name).valueAsNumber + (act.endsWith("+") ? 10 : -10));
    }
  }

  /** @param {string} name @returns {HTMLInputElement} */
  tool(name) {
    return /** @type {HTMLInputElement} */ (this.querySelector(`input[name=${name}]:not([type=hidden])`));
  }

  /** @param {string} name @param {number} value */
  setTone(name, value) {
    this.tool(name).value = String(value);
    this.applyTools();
  }

  /** Show what the check boxes and sliders say. */
  applyTools() {
    /** @type {Record<string, number | string>} */
    const values = {};
    /** @type {Record<string, number | string>} */
    const usual = { brightness: 100, contrast: 100 };
    for (const box of this.querySelectorAll("input[type=checkbox]")) {
      const { name, checked } = /** @type {HTMLInputElement} */ (box);
      this.picture.classList.toggle(`no-${name}`, !checked);
      values[name] = Number(checked);
      usual[name] = Number(/** @type {HTMLElement} */ (box).dataset.usual ?? 1);
    }
    values.brightness = this.tool("brightness").valueAsNumber;
    values.contrast = this.tool("contrast").valueAsNumber;
    this.applyMore(values, usual);
    this.applyTone(Number(values.brightness), Number(values.contrast));
    this.remember(values, usual);
  }

  /** Tools that only some viewers have.
   * @param {Record<string, number | string>} _values @param {Record<string, number | string>} _usual */
  applyMore(_values, _usual) {}

  /** The same tone curve for both photos.
   * @param {number} brightness @param {number} contrast percent */
  applyTone(brightness, contrast) {
    for (const curve of this.picture.querySelectorAll("#tone [type=linear]")) {
      curve.setAttribute("slope", String((brightness * contrast) / 10000));
      curve.setAttribute("intercept", String(0.5 - 0.5 * (contrast / 100)));
    }
    for (const image of this.picture.querySelectorAll("image")) {
      if (brightness === 100 && contrast === 100) image.removeAttribute("filter");
      else image.setAttribute("filter", "url(#tone)");
    }
  }

  /** Write what differs from the usual into the address.
   * @param {Record<string, number | string>} values @param {Record<string, number | string>} usual */
  remember(values, usual) {
    for (const [name, value] of Object.entries(values)) {
      this.changes.set(name, value === usual[name] ? null : typeof value === "string" ? value : String(Number(value.toPrecision(4))));
    }
    clearTimeout(this.later);
    this.later = setTimeout(() => this.write(), 150); // browsers refuse an address that changes too often
  }

  write() {
    const url = new URL(location.href);
    for (const [name, value] of this.changes) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    this.changes.clear();
    if (url.href !== location.href) history.replaceState(null, "", url);
  }
}

customElements.define("pair-viewer", PairViewer);
