// @ts-check
/** What the upload page asks of the API beside the photos: an upload, its table, boxes and clocks. */

/** @typedef {{ position: number, photo_id: string | null, encounter_id: number | null, created: boolean, state: string | null, error_code: string | null, error_detail: string | null, changed: string[], station: string | null, camera: string | null, file_time: string | null, captured_at: string | null, boxes: "confirm" | "draw" | null }} SentFile */
/** @typedef {{ id: number, files: SentFile[] }} Upload */
/** @typedef {{ code: string, detail: string }} Problem */
/** @typedef {{ file: string, station: string, camera: string, captured_at: string | null, flank: string | null, box: string, encounter: string, individual: string, notes: string }} PhotoLine */
/** @typedef {{ lines: PhotoLine[], refused: { line: number, why: string }[], ignored: string[] }} PhotoTable */

const API = "/api/v1";

/** @param {string} path @param {RequestInit} [options] @returns {Promise<any>} */
async function asked(path, options) {
  const response = await fetch(`${API}${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail ?? String(response.status));
  return answer;
}

/** @param {unknown} body @returns {RequestInit} */
function posted(body) {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** @param {import("./line.js").Line} line @returns {Promise<number>} an upload to which photos are added */
export async function beginUpload(line) {
  const { status, body } = await line.sure(`${API}/uploads`, {});
  if (status !== 201) throw new Error(body?.detail ?? String(status));
  return body.id;
}

/** @param {number} upload @returns {Promise<Upload>} */
export function uploadState(upload) {
  return asked(`/uploads/${upload}`);
}

/** @param {File} file @returns {Promise<PhotoTable>} */
export function readTable(file) {
  const body = new FormData();
  body.append("table", file, file.name);
  return asked("/photo-tables", { method: "POST", body });
}

/** More animals in a photo. Where an answer is lost, their number says whether the box was taken.
 * @param {import("./line.js").Line} line @param {string} photo @param {number[][]} boxes */
export async function addBoxes(line, photo, boxes) {
  if (!boxes.length) return;
  const path = `${API}/photos/${photo}/annotations`, headers = { "content-type": "application/json" };
  const count = async () => (await line.sure(path, { method: "GET" })).body.length;
  const before = await count();
  for (let added = 0; added < boxes.length; added = (await count()) - before) {
    const answer = await line.once(path, { headers, body: JSON.stringify({ box: boxes[added] }) });
    if (answer && answer.status >= 400) throw new Error(answer.body?.detail ?? String(answer.status));
  }
}

/** Correct the clock of a camera for the photos between two times of their files.
 * @param {{ station: string, camera: string, from_time: string, until_time: string, offset_s: number }} clock
 * @returns {Promise<{ changed: number }>} */
export function correctClock(clock) {
  return asked("/clocks", posted(clock));
}
