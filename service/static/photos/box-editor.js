// @ts-check
/** <box-editor>: the boxes of a kept photo, one animal a box with its flank and where it is seen from.
 * Nothing is kept before the button is pressed; then each change is one correction of the API. */

import { BoxCanvas } from "./box-canvas.js";
import { filled } from "./file-row.js";

/** @typedef {import("./box-canvas.js").Corners} Corners */
/** @typedef {{ id: number | null, box: Corners | null, flank: string, viewpoint: string, quality: string, proposed: boolean }} Animal */
/** @typedef {{ box: string, whole: string, changes: string, none: string, flanks: Record<string, string>, unreachable: string }} Words */

class BoxEditor extends HTMLElement {
  connectedCallback() {
    const data = JSON.parse(this.dataset.boxes ?? "{}");
    /** @type {Words} */
    this.words = data.words;
    this.photo = /** @type {string} */ (data.photo);
    this.seen = /** @type {number} */ (data.seen);
    /** @type {Animal[]} as they are kept */
    this.before = data.animals;
    /** @type {(Animal & { confirmed?: boolean })[]} */
    this.animals = structuredClone(data.animals);
    this.canvas = new BoxCanvas(/** @type {SVGSVGElement} */ (this.querySelector("svg")), {
      drawn: (corners) => this.add(corners),
      changed: () => this.show(),
      removed: (number) => this.remove(this.framed()[number]),
      chosen: (number) => this.choose(number),
    });
    this.button("[data-add]", () => this.addInTheMiddle());
    this.button("[data-draw]", () => this.canvas.draw(!this.canvas.drawing));
    this.button("[data-save]", () => this.save());
    this.button("[data-discard]", () => this.discard());
    this.show();
  }

  /** @param {string} selector @param {() => void} act */
  button(selector, act) {
    this.querySelector(selector)?.addEventListener("click", () => { act(); this.show(); });
  }

  /** The animals with a box, in the order of their numbers. */
  framed() {
    return this.animals.filter((animal) => animal.box);
  }

  /** A drawn box belongs to an animal that has none yet, else to a new one. @param {Corners} corners */
  add(corners) {
    const whole = this.animals.find((animal) => !animal.box);
    if (whole) whole.box = corners;
    else this.animals.push({ id: null, box: corners, flank: "unknown", viewpoint: "", quality: "", proposed: false });
    this.canvas.draw(false);
    this.chosen = whole ?? this.animals[this.animals.length - 1];
    this.show();
    this.canvas.focus(this.framed().indexOf(this.chosen));
  }

  addInTheMiddle() {
    this.add(this.canvas.middle());
  }

  /** @param {Animal | undefined} animal */
  remove(animal) {
    if (!animal) return;
    const number = this.framed().indexOf(animal);
    this.animals = this.animals.filter((other) => other !== animal);
    this.show();
    const left = this.framed().length;
    if (left && number >= 0) this.canvas.focus(Math.min(number, left - 1));
    else /** @type {HTMLElement | null} */ (this.querySelector("[data-add]"))?.focus();
  }

  discard() {
    this.animals = structuredClone(this.before);
    this.chosen = undefined;
  }

  /** @param {number} number of a box; -1 for none */
  choose(number) {
    this.chosen = this.framed()[number];
    this.canvas.choose(number);
    for (const row of this.querySelectorAll("[data-row]")) {
      row.classList.toggle("chosen", row.getAttribute("data-row") === String(this.chosen ? this.animals.indexOf(this.chosen) : -1));
    }
  }

  /** @param {Animal} animal @returns {Animal | undefined} as it is kept */
  kept(animal) {
    return this.before.find((other) => other.id !== null && other.id === animal.id);
  }

  /** What of an animal is to be kept, as the API takes it; null: nothing. @param {Animal & { confirmed?: boolean }} animal */
  change(animal) {
    const kept = this.kept(animal);
    const box = animal.box ? [animal.box.x0, animal.box.y0, animal.box.x1, animal.box.y1] : null;
    const all = { box, flank: animal.flank, stated_viewpoint: animal.viewpoint || null };
    if (!kept) return all;
    /** @type {Record<string, unknown>} */
    const changed = {};
    if (JSON.stringify(animal.box) !== JSON.stringify(kept.box) || animal.confirmed) changed.box = all.box;
    if (animal.flank !== kept.flank) changed.flank = all.flank;
    if (animal.viewpoint !== kept.viewpoint) changed.stated_viewpoint = all.stated_viewpoint;
    return Object.keys(changed).length ? changed : null;
  }

  gone() {
    return this.before.filter((kept) => !this.animals.some((animal) => animal.id === kept.id));
  }

  /** How many corrections the button would make. */
  changes() {
    return this.gone().length + this.animals.filter((animal) => this.change(animal)).length;
  }

  /** Boxes, rows and buttons as they stand. */
  show() {
    const framed = this.framed();
    this.canvas.show(framed.map((animal, number) => this.drawn(animal, number)), this.chosen ? framed.indexOf(this.chosen) : -1);
    this.querySelector("[data-rows]")?.replaceChildren(...this.animals.map((animal) => this.row(animal)));
    const changes = this.changes();
    for (const name of ["save", "discard"]) {
      const button = this.querySelector(`[data-${name}]`);
      if (button instanceof HTMLButtonElement) button.disabled = !changes;
    }
    const count = this.querySelector("[data-count]");
    if (count) count.textContent = changes ? filled(this.words.changes, { number: changes }) : this.words.none;
    this.querySelector("[data-draw]")?.setAttribute("aria-pressed", String(this.canvas.drawing));
    this.choose(this.chosen ? framed.indexOf(this.chosen) : -1);
  }

  /** A box as the canvas draws it; the canvas moves its corners. @param {Animal} animal @param {number} number */
  drawn(animal, number) {
    const name = `${filled(this.words.box, { number: number + 1 })}, ${this.words.flanks[animal.flank]}`;
    return {
      name,
      proposed: animal.proposed && !this.confirmed(animal),
      get corners() { return /** @type {Corners} */ (animal.box); },
      set corners(value) { animal.box = value; },
    };
  }

  /** Whether a person has touched what the finder proposed. @param {Animal & { confirmed?: boolean }} animal */
  confirmed(animal) {
    return Boolean(this.change(animal));
  }

  /** @param {Animal & { confirmed?: boolean }} animal */
  row(animal) {
    const template = /** @type {HTMLTemplateElement} */ (this.querySelector("template"));
    const row = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
    const number = this.framed().indexOf(animal);
    const proposed = animal.proposed && !this.confirmed(animal);
    row.dataset.row = String(this.animals.indexOf(animal));
    const title = animal.box ? filled(this.words.box, { number: number + 1 }) : this.words.whole;
    for (const [name, words] of Object.entries({ title, quality: animal.quality })) {
      const part = row.querySelector(`[data-${name}]`);
      if (part) part.textContent = words;
    }
    for (const name of /** @type {const} */ (["flank", "viewpoint"])) {
      const select = /** @type {HTMLSelectElement} */ (row.querySelector(`[data-field=${name}]`));
      select.value = animal[name];
      select.setAttribute("aria-label", `${title}: ${select.getAttribute("aria-label")}`);
      select.addEventListener("change", () => {
        animal[name] = select.value;
        this.chosen = animal;
        this.show();
        /** @type {HTMLElement | null} */ (this.querySelector(`[data-row="${row.dataset.row}"] [data-field=${name}]`))?.focus();
      });
    }
    for (const part of row.querySelectorAll("[data-proposed]")) part.toggleAttribute("hidden", !proposed);
    row.querySelector("[data-confirm]")?.addEventListener("click", () => {
      animal.confirmed = true;
      this.show();
      this.canvas.focus(number);
    });
    const remove = row.querySelector("[data-remove]");
    remove?.setAttribute("aria-label", `${remove.textContent} ${title}`);
    remove?.addEventListener("click", () => this.remove(animal));
    row.addEventListener("focusin", () => this.choose(number));
    return row;
  }

  /** Keep every change, then show the page as it is now. */
  async save() {
    const problem = this.querySelector("[data-problem]");
    const save = /** @type {HTMLButtonElement | null} */ (this.querySelector("[data-save]"));
    if (save) save.disabled = true;
    try {
      for (const kept of this.gone()) {
        await this.ask("DELETE", `/annotations/${kept.id}?${new URLSearchParams(this.grounds())}`);
        this.before = this.before.filter((other) => other !== kept);
      }
      for (const animal of this.animals) {
        const change = this.change(animal);
        if (!change) continue;
        if (animal.id === null) animal.id = (await this.ask("POST", `/photos/${this.photo}/annotations`, change)).id;
        else await this.ask("PATCH", `/annotations/${animal.id}`, change);
        animal.confirmed = animal.proposed = false;
        this.before = [...this.before.filter((other) => other.id !== animal.id), structuredClone(animal)];
      }
      location.reload();
    } catch (error) {
      if (problem) problem.textContent = error instanceof Error ? error.message : String(error);
      if (save) save.disabled = false;
    }
  }

  /** Who corrects and why. @returns {Record<string, string>} */
  grounds() {
    /** @type {Record<string, string>} */
    const grounds = {};
    for (const name of ["reason", "reviewer"]) {
      const field = this.querySelector(`[name=${name}]`);
      if (field instanceof HTMLInputElement && field.value.trim()) grounds[name] = field.value.trim();
    }
    return grounds;
  }

  /** @param {string} method @param {string} path @param {Record<string, unknown>} [change] */
  async ask(method, path, change) {
    const body = change ? JSON.stringify({ ...change, ...this.grounds(), ...(method === "PATCH" && this.seen !== null ? { seen: this.seen } : {}) }) : undefined;
    const answer = await fetch(`/api/v1${path}`, { method, body, headers: body ? { "content-type": "application/json" } : {} }).catch(() => {
      throw new Error(this.words.unreachable);
    });
    if (!answer.ok) throw new Error((await answer.json()).detail ?? String(answer.status));
    this.seen = /** @type {any} */ (null); // the newest correction is our own from now on
    return answer.json();
  }
}

customElements.define("box-editor", BoxEditor);
