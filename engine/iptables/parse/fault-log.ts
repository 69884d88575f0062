import type { Fault, Severity } from "../../errors.js";

/** A line of the source with its number, counted from 1. */
export interface SourceLine {
  readonly number: number;
  readonly text: string;
}

/** Beyond this many faults only their number is kept: a file of noise must not fill the memory. */
export const MAX_FAULTS = 10_000;

/** The longest excerpt of a line that a fault keeps. */
const MAX_EXCERPT = 2_000;

/** Collects what is wrong with one text. */
export class FaultLog {
  readonly #file: string | undefined;
  readonly #faults: Fault[] = [];
  #left = 0;
  #errorsLeft = 0;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  /** `start` and `end` are offsets in the line. */
  add(
    severity: Severity,
    code: string,
    message: string,
    line: SourceLine | undefined,
    start = 0,
    end = start + 1,
  ): void {
    if (this.#faults.length >= MAX_FAULTS) {
      this.#left++;
      if (severity === "error") this.#errorsLeft++;
      return;
    }
    const file = this.#file === undefined ? {} : { file: this.#file };
    if (line === undefined) {
      this.#faults.push({ code, severity, message, at: file });
      return;
    }
    const at = { ...file, line: line.number, column: start + 1, length: Math.max(1, end - start) };
    const fits = line.text.length <= MAX_EXCERPT;
    const excerpt = fits ? line.text : undefined;
    this.#faults.push(
      excerpt === undefined
        ? { code, severity, message, at }
        : { code, severity, message, at, excerpt },
    );
  }

  error(code: string, message: string, line?: SourceLine, start?: number, end?: number): void {
    this.add("error", code, message, line, start, end);
  }

  warn(code: string, message: string, line?: SourceLine, start?: number, end?: number): void {
    this.add("warning", code, message, line, start, end);
  }

  /** All faults in the order in which they were found, the last telling of those not kept. */
  list(): readonly Fault[] {
    if (this.#left === 0) return this.#faults;
    const more: Fault = {
      code: "too-many-faults",
      severity: this.#errorsLeft > 0 ? "error" : "warning",
      message: `${this.#left} more faults were found and are not listed`,
      at: this.#file === undefined ? {} : { file: this.#file },
    };
    return [...this.#faults, more];
  }
}
