/** Where a fault is: a place in a text, or a field of an object. Lines and columns count from 1. */
export interface Position {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** How many characters the fault covers, from `column`; 1 when unknown. */
  readonly length?: number;
  /** Kind, namespace and name, as in `Service default/web`. */
  readonly object?: string;
  /** Path inside the object, as in `spec.ports[0].nodePort`. */
  readonly field?: string;
}

/** An `error` keeps an input from being used as it stands; the others are for the reader's attention. */
export type Severity = "error" | "warning" | "note";

/**
 * One thing wrong with an input. Faults are data: readers collect them and go on, so that a run
 * lists all of them and keeps whatever was good.
 */
export interface Fault {
  /** Stable, kebab-case, for programs to switch on: `jump-to-missing-chain`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence for a tired person: what is wrong and, where it is known, what would be right. */
  readonly message: string;
  readonly at: Position;
  /** The source line at fault, for the caret under it. */
  readonly excerpt?: string;
}

/** A value together with all that was found wrong while it was made. */
export interface Checked<T> {
  readonly value: T;
  readonly faults: readonly Fault[];
}

export function fault(code: string, message: string, at: Position, excerpt?: string): Fault {
  return makeFault("error", code, message, at, excerpt);
}

export function warning(code: string, message: string, at: Position, excerpt?: string): Fault {
  return makeFault("warning", code, message, at, excerpt);
}

function makeFault(
  severity: Severity,
  code: string,
  message: string,
  at: Position,
  excerpt: string | undefined,
): Fault {
  return excerpt === undefined
    ? { code, severity, message, at }
    : { code, severity, message, at, excerpt };
}

/** Whether any of them is an error. */
export function hasErrors(faults: readonly Fault[]): boolean {
  return faults.some((found) => found.severity === "error");
}

/** `file:line:column`, then `object field`, as far as each is known. */
export function describePosition(at: Position): string {
  const place = [at.file, at.line, at.column].filter((part) => part !== undefined).join(":");
  const subject = [at.object, at.field].filter((part) => part !== undefined).join(" ");
  return [place, subject].filter((part) => part !== "").join(": ");
}

const EXCERPT_WIDTH = 100;

/** A fault as lines of text: position, severity, message, code, and the line with a caret. */
export function renderFault(found: Fault): string {
  const place = describePosition(found.at);
  const head = `${place === "" ? "" : `${place}: `}${found.severity}: ${found.message} [${found.code}]`;
  if (found.excerpt === undefined) return head;
  const column = Math.max(0, (found.at.column ?? 1) - 1);
  const start = column > EXCERPT_WIDTH - 20 ? column - 20 : 0;
  const shown = found.excerpt.slice(start, start + EXCERPT_WIDTH).replaceAll("\t", " ");
  const carets = "^".repeat(
    Math.max(1, Math.min(found.at.length ?? 1, Math.max(1, shown.length - (column - start)))),
  );
  return `${head}\n    ${shown}\n    ${" ".repeat(column - start)}${carets}`;
}
