import type { Position } from "../../engine/errors.js";

/** A line of a text, where the file has a name. */
export function lineAt(file: string | undefined, line: number): Position {
  return file === undefined ? { line } : { file, line };
}
