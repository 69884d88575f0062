import type { Keys } from "./keys.js";

/** A part of a chain: rules `start` to `end` - 1, looked up in an index or tried one by one. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly indexed: boolean;
}

/** A shorter run is tried rule by rule: looking it up takes longer. */
export const LEAST_INDEXED = 8;
/** So many rules in a row that ask for nothing an index knows end a run. */
const LONGEST_GAP = 8;

/** Divides a chain into runs that an index helps and the rest. */
export function runsOf(keys: readonly Keys[]): readonly Run[] {
  const runs: Run[] = [];
  let done = 0;
  const add = (start: number, end: number): void => {
    if (end - start < LEAST_INDEXED) return;
    if (start > done) runs.push({ start: done, end: start, indexed: false });
    runs.push({ start, end, indexed: true });
    done = end;
  };
  let start = -1;
  let last = -1;
  for (const [at, asked] of keys.entries()) {
    if (isOpen(asked)) continue;
    if (start >= 0 && at - last > LONGEST_GAP) {
      add(start, last + 1);
      start = at;
    }
    if (start < 0) start = at;
    last = at;
  }
  if (start >= 0) add(start, last + 1);
  if (done < keys.length) runs.push({ start: done, end: keys.length, indexed: false });
  return runs;
}

function isOpen(keys: Keys): boolean {
  for (const _ in keys) return false;
  return true;
}
