import { faultAt, type ReadText } from "./document.js";
import { jsonFlaw, locateInJson } from "./locate-json.js";

/** Whether a text can only be meant as JSON (or as YAML's flow style, which looks the same). */
export function looksLikeJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

/** Reads a JSON text; `undefined` when it is not JSON. */
export function readJson(text: string): ReadText | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { documents: [{ value, locate: (paths) => locateInJson(text, paths) }], faults: [] };
  } catch {
    return undefined;
  }
}

/** What keeps a text from being JSON, as a fault. */
export function explainJson(file: string, text: string): ReadText {
  const flaw = jsonFlaw(text) ?? { at: 0, message: "not JSON" };
  const span = { start: flaw.at, end: flaw.at + 1 };
  return { documents: [], faults: [faultAt("bad-json", flaw.message, file, text, span)] };
}
