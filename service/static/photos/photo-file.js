// @ts-check
/** What a photo tells the browser before it is sent: time, size and folders. Nothing is guessed. */

const HEADER = 262144; // bytes in which the EXIF of a JPEG lies
const ORIGINAL = 0x9003, EXIF = 0x8769;
const OF_CAMERAS = /^(DCIM|\d{3}[A-Z0-9_]{5})$/i; // folders that cameras make (JEITA DCF)

/** When the photo was taken by the camera's clock, as "2020-01-31T22:00:05"; "" where the file does not
 * say so in a way that is read here. @param {File} file @returns {Promise<string>} */
export async function fileTime(file) {
  try {
    return timeIn(new DataView(await file.slice(0, HEADER).arrayBuffer()));
  } catch {
    return ""; // cut off or damaged: the server reads more kinds
  }
}

/** @param {DataView} view @returns {string} */
function timeIn(view) {
  if (view.getUint16(0) !== 0xffd8) return "";
  for (let at = 2; at < view.byteLength - 10; ) {
    const [marker, length] = [view.getUint16(at), view.getUint16(at + 2)];
    if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return timeOfExif(view, at + 10);
    if (marker < 0xff01 || marker === 0xffda) return "";
    at += 2 + length;
  }
  return "";
}

/** @param {DataView} view @param {number} start of the TIFF header @returns {string} */
function timeOfExif(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const inside = tag(view, start, start + view.getUint32(start + 4, little), EXIF, little);
  if (inside === null) return "";
  const entry = tag(view, start, start + view.getUint32(inside + 8, little), ORIGINAL, little);
  if (entry === null) return "";
  const place = start + view.getUint32(entry + 8, little);
  const text = String.fromCharCode(...new Uint8Array(view.buffer, place, 19));
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text);
  return parts && Number(parts[1]) ? `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}` : "";
}

/** Where the entry of a tag begins. @param {DataView} view @param {number} start @param {number} at
 * @param {number} wanted @param {boolean} little @returns {number | null} */
function tag(view, start, at, wanted, little) {
  const count = view.getUint16(at, little);
  for (let entry = at + 2; entry < at + 2 + 12 * count; entry += 12) {
    if (view.getUint16(entry, little) === wanted) return entry;
  }
  return null;
}

/** The folders of a file, outermost first, without those that cameras make. @param {string} path */
export function folders(path) {
  return path.split("/").slice(0, -1).filter((name) => name && !OF_CAMERAS.test(name));
}

/** Station and camera by a pattern such as "{station}/{camera}", whose last part is the innermost folder.
 * A * stands for any folder. @param {string} pattern @param {string} path
 * @returns {{ station?: string, camera?: string }} nothing where the path does not fit */
export function placed(pattern, path) {
  const parts = pattern.split("/").filter(Boolean);
  const names = folders(path).slice(-parts.length);
  if (!parts.length || names.length < parts.length) return {};
  /** @type {Record<string, string>} */
  const values = {};
  for (const [number, part] of parts.entries()) {
    const field = /^\{(station|camera)\}$/.exec(part);
    if (field) values[field[1]] = names[number];
    else if (part !== "*" && part !== names[number]) return {};
  }
  return values;
}

/** Seconds of "± days h:min", such as "-3 1:30" or "+0:45"; null for anything else. @param {string} text */
export function seconds(text) {
  const parts = /^\s*([+\-−])?\s*(?:(\d{1,5})\s*d?(?:\s+|$))?(?:(\d{1,2}):(\d\d)(?::(\d\d))?)?\s*$/.exec(text);
  if (!parts || (!parts[2] && !parts[3])) return null;
  const [, sign, days, hours, minutes, rest] = parts;
  const sum = Number(days ?? 0) * 86400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0);
  return sign && sign !== "+" ? -sum : sum;
}

/** A wall clock moved by seconds. @param {string} time @param {number} by */
export function moved(time, by) {
  return new Date(Date.parse(`${time}Z`) + by * 1000).toISOString().slice(0, 19);
}

/** The line of a table that states something of a file; null where none or several fit.
 * @template {{ file: string }} Line @param {Line[]} lines @param {string} path @returns {Line | null} */
export function lineOf(lines, path) {
  const plain = (/** @type {string} */ name) => name.replaceAll("\\", "/").replace(/^\/+/, "").toLowerCase();
  const same = lines.filter((line) => plain(line.file) === plain(path));
  const [one, other] = [(/** @type {Line} */ line) => `/${plain(line.file)}`, `/${plain(path)}`];
  const fitting = same.length ? same : lines.filter((line) => one(line).endsWith(other) || other.endsWith(one(line)));
  return fitting.length === 1 ? fitting[0] : null;
}
