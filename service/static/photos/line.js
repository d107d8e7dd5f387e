// @ts-check
/** Requests over a line that breaks: they wait until it is back, and say why. */

import { filled } from "./file-row.js";

/** @typedef {{ status: number, body: any, header: (name: string) => string | null }} Answer */
/** @typedef {{ method?: string, headers?: Record<string, string>, body?: XMLHttpRequestBodyInit | null, progress?: (bytes: number) => void }} Request */
/** @typedef {{ answered: string, reasons: Record<string, string>, line: { broken: string, loggedOut: string } }} LineTexts */

const SILENT_MS = 60000; // so long without a byte, and a line counts as broken
const LONGEST_S = 30;
const LOGGED_OUT = 401;
const WAITS = new Set([LOGGED_OUT, 408, 429, 502, 503, 504, 507]);

class LineBroken extends Error {}

/** XMLHttpRequest, because fetch reports no progress of what it sends.
 * @param {string} path @param {Request} asked @returns {Promise<Answer>} */
function request(path, { method = "POST", headers = {}, body = null, progress = () => {} }) {
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    let timer = 0;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => sent.abort(), SILENT_MS);
    };
    sent.open(method, path);
    sent.responseType = "json";
    for (const [name, value] of Object.entries(headers)) sent.setRequestHeader(name, value);
    sent.upload.addEventListener("progress", (event) => {
      alive();
      progress(event.loaded);
    });
    sent.addEventListener("loadend", () => {
      clearTimeout(timer);
      if (sent.status) resolve({ status: sent.status, body: sent.response, header: (name) => sent.getResponseHeader(name) });
      else reject(new LineBroken());
    });
    alive();
    sent.send(body);
  });
}

export class Line {
  /** @param {LineTexts} texts @param {() => void} changed */
  constructor(texts, changed) {
    this.texts = texts;
    this.changed = changed;
    this.words = ""; // why it waits; "" while it works
    this.failures = 0;
  }

  /** The answer, however long the line is broken. @param {string} path @param {Request} asked
   * @returns {Promise<Answer>} */
  async sure(path, asked) {
    for (;;) {
      const answer = await this.once(path, asked);
      if (answer) return answer;
    }
  }

  /** The answer; null after a while where the line broke or the service wants us to wait.
   * @param {string} path @param {Request} asked @returns {Promise<Answer | null>} */
  async once(path, asked) {
    /** @type {Answer | null} */
    let answer = null;
    try {
      answer = await request(path, asked);
    } catch (error) {
      if (!(error instanceof LineBroken)) throw error;
    }
    if (!answer || WAITS.has(answer.status)) {
      await this.wait(answer);
      return null;
    }
    this.failures = 0;
    this.say("");
    return answer;
  }

  /** @param {Answer | null} answer */
  async wait(answer) {
    this.say(answer ? this.reason(answer) : this.texts.line.broken);
    const seconds = Number(answer?.header("retry-after")) || Math.min(LONGEST_S, 2 ** this.failures);
    this.failures += 1;
    await new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener("online", done);
        resolve(null);
      };
      const timer = setTimeout(done, 1000 * seconds);
      addEventListener("online", done);
    });
  }

  /** @param {Answer} answer */
  reason({ status, body }) {
    if (status === LOGGED_OUT) return this.texts.line.loggedOut;
    const words = this.texts.reasons[body?.code] ?? body?.detail ?? filled(this.texts.answered, { status });
    return `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;
  }

  /** @param {string} words */
  say(words) {
    if (words === this.words) return;
    this.words = words;
    this.changed();
  }
}
