import { fault, type Checked, type Fault, type Position } from "../../engine/errors.js";

/** An object of a JSON text, keys unknown. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list element of a JSON text, and where in the text its document begins. */
export interface JsonEntry {
  readonly value: JsonObject;
  readonly at: Position;
}

/**
 * The objects of the lists in a text, as `ip -j` prints them. Outputs of several commands may
 * follow one another. `what` names the command that prints such a text, for the complaint about
 * one that is something else.
 */
export function readJsonLists(
  text: string,
  what: string,
  file: string | undefined,
): Checked<readonly JsonEntry[]> {
  const value: JsonEntry[] = [];
  const faults: Fault[] = [];
  for (const part of splitDocuments(text)) {
    const at = positionAt(text, part.start, file);
    const document = parseJson(part.text);
    if ("problem" in document) {
      const place = positionAt(text, part.start + document.offset, file);
      faults.push(fault("bad-json", `not what \`${what}\` prints: ${document.problem}`, place));
    } else if (!Array.isArray(document.value)) {
      faults.push(fault("bad-json", `not what \`${what}\` prints: it prints a list`, at));
    } else {
      document.value.forEach((entry: unknown, index) => {
        // iproute2 prints an empty object for every address that its filters left out.
        if (!isObject(entry)) {
          faults.push(fault("bad-json", `entry ${index + 1} is no object`, at));
        } else if (Object.keys(entry).length > 0) {
          value.push({ value: entry, at });
        }
      });
    }
  }
  return { value, faults };
}

interface Part {
  readonly start: number;
  readonly text: string;
}

/** Cuts a text after each closed top-level value; what is not JSON stays in one piece. */
function splitDocuments(text: string): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "[" || char === "{") depth++;
    else if ((char === "]" || char === "}") && --depth === 0) {
      parts.push(partOf(text, start, at + 1));
      start = at + 1;
    }
  }
  const rest = partOf(text, start, text.length);
  return rest.text === "" ? parts : [...parts, rest];
}

function partOf(text: string, start: number, end: number): Part {
  const raw = text.slice(start, end);
  return { start: start + raw.length - raw.trimStart().length, text: raw.trim() };
}

/** The value of one JSON text, or what is wrong with it; `offset` counts characters from 0. */
export function parseJson(
  text: string,
): { readonly value: unknown } | { readonly problem: string; readonly offset: number } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? 0);
    return { problem: message.replace(/ (?:in JSON )?at position.*$/s, ""), offset };
  }
}

function positionAt(text: string, offset: number, file: string | undefined): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return file === undefined ? { line, column } : { file, line, column };
}
