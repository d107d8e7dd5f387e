// @ts-check
/** <upload-form>: files dropped anywhere are chosen, as by the button of the browser. The button below
 * sends them one by one, each with its own progress; afterwards the embedding is followed. Without JavaScript the form inside posts everything at once. */

import { sendPhoto, uploadState } from "./send.js";
import { FileRow, filled } from "./file-row.js";

const AT_ONCE = 2;
const ASKED = 6; // unfinished uploads asked about at a time
const EVERY_MS = 1000;
const PHOTO = /\.(jpe?g|png|webp|hei[cf]|avif)$/i;

class UploadForm extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    this.form = form;
    /** @type {import("./file-row.js").Texts} */
    this.texts = JSON.parse(this.dataset.texts ?? "{}");
    /** @type {FileRow[]} */
    this.rows = [];
    this.active = 0;
    this.following = false;
    form.addEventListener("submit", (event) => this.onSubmit(event));
    for (const kind of ["dragover", "dragleave", "drop"]) {
      document.addEventListener(kind, (event) => this.onDrag(/** @type {DragEvent} */ (event)));
    }
  }

  /** @param {DragEvent} event */
  async onDrag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.querySelector("[data-drop]")?.classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") this.choose(await dropped(event.dataTransfer));
  }

  /** Choose these files beside those that are chosen already; nothing is sent yet.
   * @param {File[]} files */
  choose(files) {
    const input = /** @type {HTMLInputElement} */ (this.form?.elements.namedItem("files"));
    const chosen = new DataTransfer();
    for (const file of [...(input.files ?? []), ...files]) chosen.items.add(file);
    input.files = chosen.files;
    input.focus();
  }

  /** @param {Event} event */
  onSubmit(event) {
    event.preventDefault();
    const input = /** @type {HTMLInputElement} */ (this.form?.elements.namedItem("files"));
    this.add([...(input.files ?? [])]);
    input.value = "";
  }

  /** @param {File[]} files */
  add(files) {
    if (!files.length || !this.form) return;
    const said = new FormData(this.form);
    said.delete("files");
    const report = this.querySelector("[data-report]");
    report?.removeAttribute("hidden");
    for (const file of files) {
      const row = new FileRow(file, said, this.texts);
      this.rows?.push(row);
      this.querySelector("[data-rows]")?.append(row.node);
    }
    this.show();
    report?.scrollIntoView({ block: "nearest" });
    while (this.active < AT_ONCE && this.rows.some((row) => row.state === "queued")) this.next();
  }

  /** Send the next file, and the one after it when it is through. */
  async next() {
    const row = this.rows.find((one) => one.state === "queued");
    if (!row) return;
    this.active += 1;
    row.sending(0);
    try {
      row.answered(await sendPhoto(row.file, row.said, this.texts, (share) => { row.sending(share); this.show(); }));
    } catch (error) {
      row.refused({ code: "connection", detail: String(error instanceof Error ? error.message : error) });
    }
    this.active -= 1;
    this.show();
    this.follow();
    await this.next();
  }

  /** Ask how far the embedding is until nothing is pending. */
  async follow() {
    if (this.following) return;
    this.following = true;
    while (this.rows.some((row) => row.state === "pending" || row.state === "sending")) {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      const open = this.rows.filter((row) => row.state === "pending").slice(0, ASKED);
      await Promise.all(open.map((row) => uploadState(row.upload).then((found) => row.answered(found)).catch(() => null)));
      this.show();
    }
    this.following = false;
  }

  /** Progress of everything, in words and bars. */
  show() {
    const all = this.rows.length;
    const sent = this.rows.reduce((sum, row) => sum + row.share, 0);
    const count = (/** @type {string} */ state) => this.rows.filter((row) => row.state === state).length;
    const embedded = count("embedded");
    const refused = count("refused") + count("failed");
    const kept = all - count("refused");
    this.bar("[data-sent]", sent, all);
    this.bar("[data-embedded]", embedded + count("failed"), kept);
    const status = this.querySelector("[data-status]");
    if (!status) return;
    const through = this.rows.filter((row) => !["queued", "sending"].includes(row.state)).length;
    const words = filled(this.texts.progress, { sent: through, all, embedded, kept });
    const problems = refused ? `, ${filled(this.texts.problems, { number: refused })}` : "";
    const finished = embedded + refused === all;
    status.textContent = `${words}${problems}.${finished ? ` ${this.texts.finished} ` : ""}`;
    status.className = `message ${finished ? (refused ? "error" : "done") : "busy"}`;
    if (finished && embedded) {
      status.append(Object.assign(document.createElement("a"), { href: "/encounters", textContent: this.texts.go }));
    }
  }

  /** @param {string} selector @param {number} value @param {number} max */
  bar(selector, value, max) {
    const bar = this.querySelector(selector);
    if (bar instanceof HTMLProgressElement) {
      bar.max = Math.max(1, max);
      bar.value = value;
    }
  }
}

/** The files of a drop, those in dropped folders included.
 * @param {DataTransfer} transfer @returns {Promise<File[]>} */
async function dropped(transfer) {
  const plain = [...transfer.files];
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map((entry) => filesBelow(entry)))).flat();
}

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function filesBelow(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return PHOTO.test(file.name) ? [file] : [];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {File[]} */
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found; // a reader gives a hundred entries at a time
    found.push(...(await Promise.all(some.map((one) => filesBelow(one)))).flat());
  }
}

customElements.define("upload-form", UploadForm);
