import type { AnyObject, Plural } from "../objects.js";

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  /** Shown only with `-o wide`. */
  readonly wide: boolean;
}

export type Cell = string | number;

/** How objects of one kind are listed (`pkg/printers/internalversion`). */
export interface TableKind<T> {
  readonly columns: readonly Column[];
  /** One cell for each column; `now` in milliseconds since 1970. */
  readonly cells: (object: T, now: number) => readonly Cell[];
}

export function columns(names: readonly string[], wide: readonly string[] = []): readonly Column[] {
  const make = (isWide: boolean) => (name: string) => ({ name, wide: isWide });
  return [...names.map(make(false)), ...wide.map(make(true))];
}

export interface Row {
  readonly cells: readonly Cell[];
  readonly object: AnyObject;
}

export interface Table {
  readonly plural: Plural;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** What stands where there is nothing to show. */
export const NONE = "<none>";
export const UNSET = "<unset>";

/** Columns as kubectl lays them out: upper case, some blanks apart, the last one not padded. */
export function layOut(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  gap = 3,
): string {
  const lines = [header.map((name) => name.toUpperCase()), ...rows.map((row) => row.map(String))];
  const widths = header.map((_name, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length)),
  );
  return lines
    .map((line) => {
      const padded = line.map((cell, column) =>
        column === line.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + gap),
      );
      return `${padded.join("")}\n`;
    })
    .join("");
}
