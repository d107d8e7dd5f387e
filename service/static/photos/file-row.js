// @ts-check
/** One file of an upload as a row of the table: sending, pending, embedded, failed or refused.
 * Its texts come from the page, in the language of the page. */

/** @typedef {{ advice: Record<string, string>, reasons: Record<string, string>, states: Record<string, string>, known: string, waits: string, sendAgain: string, sending: string, encounter: string, answered: string, line: { broken: string, loggedOut: string }, progress: string, problems: string, finished: string, go: string, changed: string, unchanged: string, fields: Record<string, string>, boxes: Record<string, string> }} Texts */

/** Put values where `{name}` stands.
 * @param {string} text @param {Record<string, string | number | null>} values */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

const SENT_AGAIN = new Set(["connection", "file_gone"]);
const TAGS = { pending: "busy", embedded: "embedded", failed: "failed", refused: "failed" };

export class FileRow {
  /** @param {File} file @param {FormData} said @param {Texts} texts */
  constructor(file, said, texts) {
    this.texts = texts;
    this.file = file;
    this.said = said;
    this.state = "queued";
    this.share = 0;
    this.upload = 0;
    /** @type {import("./send.js").SentFile | null} as the service knows it */
    this.sent = null;
    /** @type {number[][]} boxes after the first, which is sent with the file */
    this.more = [];
    this.clockError = 0; // seconds
    /** @type {(() => void) | null} sends it once more, where that may help */
    this.again = null;
    /** @type {Promise<number> | undefined} the upload that the file belongs to */
    this.begun = undefined;
    this.node = document.createElement("tr");
    this.cells = ["", "", ""].map(() => this.node.appendChild(document.createElement("td")));
    this.cells[0].textContent = file.name;
    this.cells[1].textContent = texts.waits;
  }

  /** @param {number} share of the bytes, 0 to 1 */
  sending(share) {
    this.state = "sending";
    this.share = share;
    let bar = this.cells[1].querySelector("progress");
    if (!bar) {
      bar = document.createElement("progress");
      bar.setAttribute("aria-label", filled(this.texts.sending, { file: this.file.name }));
      this.cells[1].replaceChildren(bar);
    }
    bar.value = share;
  }

  /** @param {import("./send.js").Upload | import("./send.js").Problem} answer */
  answered(answer) {
    this.share = 1;
    if (!("files" in answer)) return this.refused(answer);
    this.upload = answer.id;
    this.known(answer.files[0]);
  }

  /** @param {import("./send.js").SentFile} file */
  known(file) {
    this.sent = file;
    this.facts(file);
    if (!file.photo_id || !file.state) return this.refused({ code: file.error_code ?? "", detail: file.error_detail ?? "" });
    this.tag(file.state, !file.created);
    if (file.state === "failed") return this.explain(file.error_code ?? "", file.error_detail ?? "");
    const link = Object.assign(document.createElement("a"), { href: `/encounters/${file.encounter_id}`, textContent: filled(this.texts.encounter, { number: file.encounter_id }) });
    this.cells[2].replaceChildren(link);
    if (!file.created) {
      const names = file.changed.map((name) => this.texts.fields[name] ?? name).join(", ");
      this.cells[2].append(` · ${names ? filled(this.texts.changed, { fields: names }) : this.texts.unchanged}`);
    }
    if (file.boxes) {
      this.cells[2].append(" · ", Object.assign(document.createElement("a"), { href: `/photos/${file.photo_id}?upload=${this.upload}#boxes`, textContent: this.texts.boxes[file.boxes] }));
    }
  }

  /** Where and when it was taken: what the file says, and what counts where that differs.
   * @param {import("./send.js").SentFile} file */
  facts(file) {
    const plain = (/** @type {string | null} */ time) => (time ?? "").replace("T", " ").slice(0, 19);
    const times = [...new Set([plain(file.file_time), plain(file.captured_at)])].filter(Boolean).join(" → ");
    const words = [file.station, file.camera, times].filter(Boolean).join(" · ");
    const facts = Object.assign(document.createElement("div"), { className: "quiet small", textContent: words });
    this.cells[0].replaceChildren(this.file.name, facts);
  }

  /** @param {import("./send.js").Problem} problem */
  refused(problem) {
    this.share = 1;
    this.tag("refused");
    this.node.parentElement?.prepend(this.node); // what needs somebody stands first
    this.explain(problem.code, problem.detail);
    if (!SENT_AGAIN.has(problem.code) || !this.again) return;
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: this.texts.sendAgain });
    button.setAttribute("aria-label", `${this.texts.sendAgain}: ${this.file.name}`);
    button.addEventListener("click", () => this.again?.());
    this.cells[2].append(" ", button);
  }

  /** @param {string} state @param {boolean} [known] */
  tag(state, known = false) {
    this.state = state;
    const tag = document.createElement("span");
    tag.className = `tag ${TAGS[/** @type {keyof typeof TAGS} */ (state)]}`;
    tag.textContent = this.texts.states[state];
    const [before, after] = known ? this.texts.known.split("{state}") : ["", ""];
    this.cells[1].replaceChildren(before, tag, after);
  }

  /** @param {string} code @param {string} detail */
  explain(code, detail) {
    const advice = this.texts.advice[code] ?? "";
    const words = this.texts.reasons[code] ?? detail;
    const said = words.charAt(0).toUpperCase() + words.slice(1).replace(/\.$/, "");
    this.cells[2].textContent = `${said}. ${advice}`;
  }
}
