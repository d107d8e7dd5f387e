// @ts-check
/** <upload-form>: files chosen or dropped become rows with their picture, time and what is stated of them;
 * the button sends them one by one as one upload; afterwards the embedding is followed.
 * Without JavaScript the form inside posts everything at once. */

import { sendPhoto } from "./arriving.js";
import { ChosenPhoto, corners } from "./chosen-photo.js";
import { ClockErrors } from "./clock-errors.js";
import { FileRow, filled } from "./file-row.js";
import { Line } from "./line.js";
import { lineOf, placed } from "./photo-file.js";
import { addBoxes, beginUpload, readTable, uploadState } from "./send.js";
import { UploadBoxes } from "./upload-boxes.js";

const AT_ONCE = 2;
const EVERY_MS = 1000;
const PHOTO = /\.(jpe?g|png|webp|hei[cf]|avif)$/i;
const OF_A_SYSTEM = /^\.|^(thumbs\.db|desktop\.ini)$/i;

/** @typedef {{ file: File, path: string }} Found */

class UploadForm extends HTMLElement {
  connectedCallback() {
    const form = this.querySelector("form");
    if (!form) return;
    this.form = form;
    /** @type {import("./file-row.js").Texts & Record<string, any>} */
    this.texts = JSON.parse(this.dataset.texts ?? "{}");
    /** @type {FileRow[]} */
    this.rows = [];
    /** @type {ChosenPhoto[]} */
    this.chosen = [];
    /** @type {import("./send.js").PhotoTable | null} */
    this.table = null;
    this.reading = Promise.resolve(); // until the chosen table is read
    /** @type {string[]} of clocks that were corrected */
    this.notes = [];
    this.active = this.bytes = this.began = 0;
    this.following = this.correcting = false;
    this.line = new Line(this.texts, () => this.show());
    this.clocks = new ClockErrors(/** @type {HTMLElement} */ (this.part("clocks")), this.texts.clock, () => this.refresh());
    this.boxes = new UploadBoxes(/** @type {HTMLDialogElement} */ (this.part("boxes")), this.texts.drawing, () => this.refresh());
    form.addEventListener("submit", (event) => this.onSubmit(event));
    form.addEventListener("input", () => this.refresh());
    this.input("files").addEventListener("change", () => this.choose(picked(this.input("files"))));
    const folder = /** @type {HTMLInputElement} */ (this.part("folder"));
    folder.addEventListener("change", () => {
      this.choose(picked(folder));
      folder.value = "";
    });
    this.input("table").addEventListener("change", () => { this.reading = this.onTable(); });
    for (const kind of ["dragover", "dragleave", "drop"]) {
      document.addEventListener(kind, (event) => this.onDrag(/** @type {DragEvent} */ (event)));
    }
    addEventListener("beforeunload", (event) => {
      if (this.unsent()) event.preventDefault();
    });
  }

  /** @param {string} name @returns {Element | null} */
  part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  /** @param {string} name @returns {HTMLInputElement} */
  input(name) {
    return /** @type {HTMLInputElement} */ (this.form?.elements.namedItem(name));
  }

  /** @param {DragEvent} event */
  async onDrag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.part("drop")?.classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") this.choose(await dropped(event.dataTransfer));
  }

  /** Choose these files beside those that are chosen already; nothing is sent yet.
   * @param {Found[]} files */
  choose(files) {
    const template = /** @type {HTMLTemplateElement} */ (this.part("photo-row"));
    const known = new Set(this.chosen.map((photo) => nameOf(photo)));
    const fresh = files.filter((one) => !known.has(nameOf(one)));
    const told = { changed: () => this.refresh(), boxes: (/** @type {ChosenPhoto} */ photo) => void this.boxes?.open(photo), removed: (/** @type {ChosenPhoto} */ photo) => this.leave(photo) };
    for (const { file, path } of fresh) this.chosen.push(new ChosenPhoto(file, path, template, this.texts.row, told));
    this.part("chosen-rows")?.append(...this.chosen.map((photo) => photo.node));
    this.match();
    this.sync();
    this.refresh();
    Promise.all(this.chosen.map((photo) => photo.ready)).then(() => this.refresh());
    this.input("files").focus();
  }

  /** @param {ChosenPhoto} photo */
  leave(photo) {
    photo.forget();
    this.chosen = this.chosen.filter((other) => other !== photo);
    this.sync();
    this.refresh();
    this.input("files").focus();
  }

  /** Let the browser's own field say how many are chosen. */
  sync() {
    const transfer = new DataTransfer();
    for (const { file } of this.chosen) transfer.items.add(file);
    this.input("files").files = transfer.files;
  }

  async onTable() {
    const [file] = this.input("table").files ?? [];
    const words = this.part("table-words");
    this.table = null;
    let text = "";
    try {
      this.table = file ? await readTable(file) : null;
    } catch (error) {
      text = error instanceof Error ? error.message : String(error);
    }
    if (this.table) {
      const { lines, refused, ignored } = this.table;
      const parts = [filled(this.texts.table.read, { number: lines.length }), ...refused.map((one) => one.why)];
      if (ignored.length) parts.push(filled(this.texts.table.ignored, { columns: ignored.join(", ") }));
      text = parts.join(". ");
    }
    if (words) words.textContent = text;
    this.match();
    this.refresh();
  }

  /** Which line of the table is about which photo. */
  match() {
    for (const photo of this.chosen) photo.line = this.table ? lineOf(this.table.lines, photo.path) : null;
  }

  /** What folders and the table say, and every row as it stands. */
  refresh() {
    const common = this.common();
    const pattern = this.part("pattern");
    for (const photo of this.chosen) {
      const { line } = photo;
      const folder = pattern instanceof HTMLInputElement ? placed(pattern.value, photo.path) : {};
      photo.read = { station: line?.station || folder.station || "", camera: line?.camera || folder.camera || "", flank: line?.flank ?? "" };
      photo.box = line?.box ?? "";
      photo.stated = { captured_at: line?.captured_at ?? "", encounter: line?.encounter ?? "", notes: line?.notes ?? "", individual: line?.individual ?? "" };
      photo.show(common, this.clocks?.of(photo, common) ?? null);
    }
    this.clocks?.show(this.chosen, common);
    this.part("chosen")?.toggleAttribute("hidden", !this.chosen.length);
    this.part("pattern-field")?.toggleAttribute("hidden", !this.chosen.some((photo) => photo.path.includes("/")));
    const count = this.part("chosen-count");
    const stations = new Set(this.chosen.map((photo) => photo.value("station", common)));
    const without = this.chosen.filter((photo) => !photo.value("station", common)).length;
    stations.delete("");
    if (count) count.textContent = filled(this.texts.chosen, { photos: this.chosen.length, stations: stations.size }) + (without ? ` ${filled(this.texts.without, { number: without })}` : "");
  }

  /** What is stated for all files. */
  common() {
    const said = new FormData(this.form);
    for (const name of ["files", "table"]) said.delete(name);
    return said;
  }

  /** Nothing is sent without the table that was chosen.
   * @param {Event} event */
  async onSubmit(event) {
    event.preventDefault();
    await this.reading;
    if (this.input("table").files?.length && !this.table) return this.input("table").focus();
    const common = this.common();
    const fresh = this.chosen.map((photo) => {
      const row = new FileRow(photo.file, photo.statements(common), this.texts);
      row.more = photo.boxes.slice(1).map(corners);
      row.clockError = this.clocks?.of(photo, common) ?? 0;
      photo.forget();
      return row;
    });
    this.chosen = [];
    this.sync();
    this.input("table").value = "";
    this.table = null;
    this.refresh();
    this.add(fresh);
  }

  /** @param {FileRow[]} fresh */
  add(fresh) {
    if (!fresh.length) return;
    const report = this.part("report");
    report?.removeAttribute("hidden");
    if (!this.unsent()) [this.began, this.bytes] = [performance.now(), 0];
    this.rows?.push(...fresh);
    this.begun = beginUpload(this.line);
    this.begun.catch(() => {}); // each file says so
    for (const row of fresh) {
      row.begun = this.begun;
      row.again = () => this.again(row);
    }
    this.part("rows")?.append(...fresh.map((row) => row.node));
    this.show();
    report?.scrollIntoView({ block: "nearest" });
    while (this.active < AT_ONCE && this.rows.some((row) => row.state === "queued")) this.next();
  }

  /** Send a file once more whose connection failed. @param {FileRow} row */
  again(row) {
    row.state = "queued";
    row.share = 0;
    row.begun = row.begun?.catch(() => beginUpload(this.line));
    row.begun?.catch(() => {});
    if (this.active < AT_ONCE) this.next();
  }

  /** Send the next file, and the one after it when it is through. */
  async next() {
    const row = this.rows.find((one) => one.state === "queued");
    if (!row) return;
    this.active += 1;
    row.sending(0);
    try {
      row.said.set("upload", String(await row.begun));
      row.answered(await sendPhoto(row.file, row.said, this.line, (share) => { row.sending(share); this.show(); }));
      if (row.sent?.photo_id) await addBoxes(this.line, row.sent.photo_id, row.more);
      row.more = [];
    } catch (error) {
      row.refused(error instanceof DOMException ? { code: "file_gone", detail: error.message } : { code: "connection", detail: String(error instanceof Error ? error.message : error) });
    }
    this.active -= 1;
    this.bytes += row.file.size;
    if (!this.unsent()) await this.correctClocks();
    this.show();
    this.follow();
    await this.next();
  }

  /** Whether something is still to be sent, so that the page has to stay open. */
  unsent() {
    return this.correcting || this.rows.some((row) => row.state === "queued" || row.state === "sending");
  }

  async correctClocks() {
    const wrong = this.rows.filter((row) => row.clockError);
    this.correcting = wrong.length > 0;
    this.show();
    this.notes.push(...((await this.clocks?.correct(wrong)) ?? []));
    for (const number of new Set(wrong.map((row) => row.upload))) {
      await uploadState(number).then((upload) => this.known(upload, true)).catch(() => null);
    }
    for (const row of wrong) row.clockError = 0;
    this.correcting = false;
    this.part("clock-notes")?.replaceChildren(...this.notes.map((words) => Object.assign(document.createElement("p"), { textContent: words })));
  }

  /** Ask how far the embedding is until nothing is pending. */
  async follow() {
    if (this.following) return;
    this.following = true;
    while (this.rows.some((row) => row.state === "pending" || row.state === "sending")) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(EVERY_MS, 5 * this.rows.length)));
      const open = new Set(this.rows.filter((row) => row.state === "pending").map((row) => row.upload));
      for (const number of open) await uploadState(number).then((upload) => this.known(upload)).catch(() => null);
      this.show();
    }
    this.following = false;
  }

  /** @param {import("./send.js").Upload} upload @param {boolean} [all] also rows that wait for nothing */
  known(upload, all = false) {
    const files = new Map(upload.files.map((file) => [file.position, file]));
    for (const row of this.rows) {
      const file = row.upload === upload.id && (all || row.state === "pending") ? files.get(row.sent?.position ?? -1) : undefined;
      if (file) row.known(file);
    }
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
    const status = this.part("status");
    if (!status) return;
    const through = this.rows.filter((row) => !["queued", "sending"].includes(row.state)).length;
    const words = filled(this.texts.progress, { sent: through, all, embedded, kept });
    const problems = refused ? `, ${filled(this.texts.problems, { number: refused })}` : "";
    const finished = embedded + refused === all;
    status.textContent = `${words}${problems}.${finished ? ` ${this.texts.finished} ` : ` ${this.line.words || this.whether()}`}`;
    status.className = `message ${finished ? (refused ? "error" : "done") : "busy"}`;
    if (finished && embedded) {
      status.append(Object.assign(document.createElement("a"), { href: "/encounters", textContent: this.texts.go }));
    }
    const open = this.rows.find((row) => row.sent?.boxes);
    if (open?.sent && !this.unsent()) {
      const number = this.rows.filter((row) => row.sent?.boxes).length;
      status.append(" ", Object.assign(document.createElement("a"), { href: `/photos/${open.sent.photo_id}?upload=${open.upload}#boxes`, textContent: filled(this.texts.boxes.look, { number }) }));
    }
  }

  /** Whether the page may be closed, and how long sending still takes. */
  whether() {
    if (!this.unsent()) return this.texts.close;
    const passed = performance.now() - this.began;
    const now = this.bytes + this.rows.reduce((sum, row) => sum + (row.state === "sending" ? row.share * row.file.size : 0), 0);
    const left = this.rows.reduce((sum, row) => sum + (row.state === "queued" ? row.file.size : row.state === "sending" ? (1 - row.share) * row.file.size : 0), 0);
    if (!now || passed < 2000) return this.texts.stay;
    const minutes = Math.ceil((left / now) * (passed / 60000));
    return `${minutes > 1 ? filled(this.texts.left, { number: minutes }) : this.texts.soon} ${this.texts.stay}`;
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

/** @param {Found} one */
function nameOf({ file, path }) {
  return `${path}\n${file.size}\n${file.lastModified}`;
}

/** The photos of a field; of a folder without what a system or another program put there.
 * @param {HTMLInputElement} input @returns {Found[]} */
function picked(input) {
  const files = [...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
  return input.webkitdirectory ? files.filter(({ file }) => PHOTO.test(file.name) && !OF_A_SYSTEM.test(file.name)) : files;
}

/** The files of a drop, those in dropped folders included.
 * @param {DataTransfer} transfer @returns {Promise<Found[]>} */
async function dropped(transfer) {
  const plain = [...transfer.files].map((file) => ({ file, path: file.name }));
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (!entries.some((entry) => entry.isDirectory)) return plain;
  return (await Promise.all(entries.map((entry) => filesBelow(entry)))).flat();
}

/** @param {FileSystemEntry} entry @returns {Promise<Found[]>} */
async function filesBelow(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    return PHOTO.test(file.name) && !OF_A_SYSTEM.test(file.name) ? [{ file, path: entry.fullPath.replace(/^\//, "") }] : [];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {Found[]} */
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found; // a reader gives a hundred entries at a time
    found.push(...(await Promise.all(some.map((one) => filesBelow(one)))).flat());
  }
}

customElements.define("upload-form", UploadForm);
