// @ts-check
/** One chosen photo before it is sent: a row with its picture, its time, and what is stated of it alone. */

import { fileTime, moved } from "./photo-file.js";
import { filled } from "./file-row.js";

/** @typedef {{ x0: number, y0: number, x1: number, y1: number }} Shares of the upright photo */
/** @typedef {{ of: Record<string, string>, station: string, camera: string, noTime: string, boxes: Record<string, string>, takes: string, fileTime: string, corrected: string, stated: string }} RowTexts */

export class ChosenPhoto {
  /** @param {File} file @param {string} path with its folders @param {HTMLTemplateElement} template
   * @param {RowTexts} texts @param {{ changed: () => void, boxes: (photo: ChosenPhoto) => void, removed: (photo: ChosenPhoto) => void }} told */
  constructor(file, path, template, texts, told) {
    this.file = file;
    this.path = path;
    this.texts = texts;
    /** @type {Shares[]} that were drawn */
    this.boxes = [];
    /** @type {import("./send.js").PhotoLine | null} of a table */
    this.line = null;
    this.box = ""; // of a table, as it stands there
    this.time = ""; // of the file
    this.stated = { captured_at: "", encounter: "", notes: "", individual: "" };
    /** @type {Record<string, string>} what a folder or a table says; a person's word counts more */
    this.read = { station: "", camera: "", flank: "" };
    this.node = /** @type {HTMLElement} */ (/** @type {DocumentFragment} */ (template.content.cloneNode(true)).firstElementChild);
    this.part("name").textContent = path;
    for (const name of ["station", "camera", "flank"]) {
      const field = this.field(name);
      field.setAttribute("aria-label", filled(texts.of[name], { file: file.name }));
      field.addEventListener("input", () => told.changed());
    }
    for (const [name, act] of /** @type {const} */ ([["boxes", told.boxes], ["remove", told.removed]])) {
      const button = this.part(name);
      button.setAttribute("aria-label", filled(texts.of[name], { file: file.name }));
      button.addEventListener("click", () => act(this));
    }
    this.picture();
    this.ready = fileTime(file).then((time) => { this.time = time; });
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    return /** @type {HTMLElement} */ (this.node.querySelector(`[data-part=${name}]`));
  }

  /** @param {string} name @returns {HTMLInputElement | HTMLSelectElement} */
  field(name) {
    return /** @type {HTMLInputElement} */ (this.node.querySelector(`[data-of=${name}]`));
  }

  picture() {
    const image = /** @type {HTMLImageElement} */ (this.part("picture"));
    image.addEventListener("error", () => image.removeAttribute("src"), { once: true }); // HEIC
    image.src = this.url = URL.createObjectURL(this.file);
  }

  forget() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.node.remove();
  }

  /** What counts of a field: a person's word in the row, then a table or a folder, then what is stated for
   * all. @param {string} name @param {FormData} common @returns {string} */
  value(name, common) {
    const own = this.field(name).value.trim() || this.read[name];
    return own || String(common.get(name) ?? "").trim();
  }

  /** Show what counts and what is missing. @param {FormData} common @param {number | null} error of the clock in seconds */
  show(common, error) {
    for (const name of ["station", "camera"]) {
      const field = /** @type {HTMLInputElement} */ (this.field(name));
      field.placeholder = this.read[name] || String(common.get(name) ?? "") || this.texts[name];
    }
    const first = /** @type {HTMLSelectElement} */ (this.field("flank")).options[0];
    first.textContent = filled(this.texts.takes, { flank: this.texts.boxes[`flank_${this.read.flank || common.get("flank") || "unknown"}`] });
    this.part("missing").hidden = Boolean(this.value("station", common));
    const time = this.stated.captured_at || this.time;
    const shown = (/** @type {string} */ moment) => moment.replace("T", " ");
    const words = this.stated.captured_at ? this.texts.stated : this.texts.fileTime;
    const who = this.stated.individual ? ` · ${this.stated.individual}` : "";
    let text = time ? filled(words, { time: shown(time) }) : this.texts.noTime;
    if (time && error && !this.stated.captured_at) text += ` → ${filled(this.texts.corrected, { time: shown(moved(time, error)) })}`;
    this.part("time").textContent = `${text}${who}`;
    const count = this.boxes.length;
    this.part("box").textContent = count ? filled(this.texts.boxes.drawn, { number: count }) : this.box ? filled(this.texts.boxes.table, { box: this.box }) : this.texts.boxes.none;
  }

  /** What is sent beside the file. @param {FormData} common @returns {FormData} */
  statements(common) {
    const said = new FormData();
    for (const [name, value] of common) if (typeof value === "string") said.set(name, value);
    for (const name of ["station", "camera", "flank"]) said.set(name, this.value(name, common));
    const { captured_at: time, encounter, notes, individual } = this.stated;
    if (time) said.set("captured_at", time);
    if (encounter) said.set("encounter", encounter);
    if (individual) said.set("individual", individual);
    if (notes) said.set("notes", notes);
    const [first] = this.boxes;
    if (first) said.set("box", corners(first).join(" "));
    else if (this.box) said.set("box", this.box);
    return said;
  }
}

/** @param {Shares} box @returns {number[]} */
export function corners(box) {
  return [box.x0, box.y0, box.x1, box.y1].map((share) => Math.round(share * 1e5) / 1e5);
}
