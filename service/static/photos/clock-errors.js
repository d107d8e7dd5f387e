// @ts-check
/** The clock errors of an upload: one field a camera, and the corrections once its photos are sent. */

import { moved, seconds } from "./photo-file.js";
import { correctClock } from "./send.js";
import { filled } from "./file-row.js";

/** @typedef {import("./chosen-photo.js").ChosenPhoto} ChosenPhoto */
/** @typedef {{ camera: string, anyCamera: string, bad: string, label: string, shown: string, done: string, failed: string }} ClockTexts */

export class ClockErrors {
  /** @param {HTMLElement} list @param {ClockTexts} texts @param {() => void} changed */
  constructor(list, texts, changed) {
    this.list = list;
    this.texts = texts;
    this.changed = changed;
    /** @type {Map<string, string>} station and camera -> what is written in its field */
    this.written = new Map();
  }

  /** @param {ChosenPhoto} photo @param {FormData} common */
  key(photo, common) {
    return JSON.stringify([photo.value("station", common), photo.value("camera", common)]);
  }

  /** @param {ChosenPhoto} photo @param {FormData} common @returns {number | null} seconds; null: none is stated */
  of(photo, common) {
    const text = this.written.get(this.key(photo, common)) ?? "";
    return text.trim() ? seconds(text) : null;
  }

  /** A line for each camera with the times of its files. @param {ChosenPhoto[]} photos @param {FormData} common */
  show(photos, common) {
    /** @type {Map<string, string[]>} */
    const times = new Map();
    for (const photo of photos) {
      if (!photo.value("station", common)) continue; // whose clock would it be?
      const key = this.key(photo, common);
      const some = times.get(key) ?? [];
      times.set(key, some);
      if (photo.time) some.push(photo.time);
    }
    const keys = [...times].filter(([, some]) => some.length).map(([key]) => key).sort();
    this.list.closest("details")?.toggleAttribute("hidden", !keys.length);
    if (JSON.stringify(keys) !== this.shown) {
      this.shown = JSON.stringify(keys);
      this.list.replaceChildren(...keys.map((key, number) => this.line(key, number)));
    }
    keys.forEach((key, number) => this.fill(/** @type {HTMLElement} */ (this.list.children[number]), key, (times.get(key) ?? []).sort()));
  }

  /** @param {string} key @param {number} number */
  line(key, number) {
    const [station, camera] = JSON.parse(key);
    const line = Object.assign(document.createElement("div"), { className: "field" });
    const name = `${station}, ${camera || this.texts.anyCamera}`;
    const label = Object.assign(document.createElement("label"), { htmlFor: `clock-${number}`, textContent: filled(this.texts.label, { camera: name }) });
    const field = Object.assign(document.createElement("input"), { id: `clock-${number}`, value: this.written.get(key) ?? "", placeholder: "+0 0:00", autocomplete: "off", maxLength: 20 });
    field.addEventListener("input", () => {
      this.written.set(key, field.value);
      this.changed();
    });
    line.append(label, field, Object.assign(document.createElement("p"), { className: "quiet small" }));
    return line;
  }

  /** @param {HTMLElement} line @param {string} key @param {string[]} times */
  fill(line, key, times) {
    const text = (this.written.get(key) ?? "").trim();
    const error = text ? seconds(text) : 0;
    const [field, words] = [line.querySelector("input"), line.querySelector("p")];
    field?.setAttribute("aria-invalid", String(error === null));
    if (!words) return;
    const shown = (/** @type {string | undefined} */ time, /** @type {number} */ by) => (time ? moved(time, by).replace("T", " ") : "");
    const range = (/** @type {number} */ by) => `${shown(times[0], by)} – ${shown(times.at(-1), by)}`;
    words.textContent = error === null ? this.texts.bad : filled(this.texts.shown, { number: times.length, times: error ? `${range(0)} → ${range(error)}` : range(0) });
  }

  /** Correct the clocks of photos that were sent. @param {import("./file-row.js").FileRow[]} rows
   * @returns {Promise<string[]>} a sentence for each camera */
  async correct(rows) {
    /** @type {Map<string, import("./file-row.js").FileRow[]>} */
    const cameras = new Map();
    for (const row of rows) {
      if (!row.clockError || !row.sent?.file_time || !row.sent.station) continue;
      const key = JSON.stringify([row.sent.station, row.sent.camera ?? "", row.clockError]);
      cameras.set(key, [...(cameras.get(key) ?? []), row]);
    }
    const sentences = [];
    for (const [key, photos] of cameras) {
      const [station, camera, error] = JSON.parse(key);
      const times = photos.map((row) => row.sent?.file_time ?? "").sort();
      const name = [station, camera].filter(Boolean).join(", ");
      try {
        const { changed } = await correctClock({ station, camera, from_time: times[0], until_time: times[times.length - 1], offset_s: error });
        sentences.push(filled(this.texts.done, { camera: name, number: changed }));
      } catch (problem) {
        sentences.push(filled(this.texts.failed, { camera: name, why: problem instanceof Error ? problem.message : String(problem) }));
      }
    }
    return sentences;
  }
}
