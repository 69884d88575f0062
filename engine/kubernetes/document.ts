import { fault, type Fault } from "../errors.js";
import type { PathStep } from "./shape.js";

/** A place in a text, in characters from its start. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One document of a text: its value, and where each part of it stands. */
export interface ReadDocument {
  readonly value: unknown;
  /**
   * The spans of the values at these paths; for a path that isn't there, that of the nearest
   * value around it. Asked for only when something is wrong.
   */
  readonly locate: (paths: readonly (readonly PathStep[])[]) => readonly Span[];
}

/** Told while a long text is read: how many of its characters are behind. */
export type ReadProgress = (file: string, done: number, all: number) => void;

export interface ReadText {
  readonly documents: readonly ReadDocument[];
  /** What is wrong with the text itself. */
  readonly faults: readonly Fault[];
}

/** Answers for line and column of characters, counted from 1, with the line itself. */
export function makePlaces(text: string) {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (span: Span) => {
    const start = Math.min(span.start, text.length);
    const line = lastAtMost(starts, start);
    const lineStart = starts[line] ?? 0;
    const excerpt = text.slice(lineStart, starts[line + 1] ?? text.length).replace(/\r?\n$/, "");
    const end = Math.min(Math.max(span.end, start + 1), lineStart + excerpt.length);
    return {
      position: { line: line + 1, column: start - lineStart + 1, length: Math.max(1, end - start) },
      excerpt,
    };
  };
}

/** Index of the last of these ascending numbers that is not greater. */
function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle;
    else high = middle;
  }
  return low;
}

export function faultAt(
  code: string,
  message: string,
  file: string,
  text: string,
  span: Span,
): Fault {
  const { position, excerpt } = makePlaces(text)(span);
  return fault(code, message, { file, ...position }, excerpt);
}
