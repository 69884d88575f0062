import type { Fields } from "./fields.js";

/*
 * An index over a run of rules, as numbers. A reference to a part of it is -1 for nothing, a node's
 * place in `nodes` from 0 on, or a leaf below: `-2 - 2 * entry` for a single entry, and
 * `-3 - 2 * place` for a list in `lists`: its length, then its entries, rising. Entries are rules, or
 * whatever rises with them. Every rule stands in one branch of the index only (a range of ports in
 * several lists of one branch), so that the index grows with the rules and not with their
 * combinations; a look-up asks each branch and takes the least answer.
 */
export interface Dispatch {
  readonly nodes: Int32Array;
  /** Hash tables (a hash and a reference each) and bounds of ranges. */
  readonly tables: Int32Array;
  readonly lists: Int32Array;
}

export const NOTHING = -1;
/** The answer of a look-up that finds no rule. */
export const NO_RULE = 0x7fffffff;
/** The answer of one that would have to try too many. */
export const TOO_MANY = -1;

/**
 * A node by the masked value of one to four fields: kind, field, words, four masks, place and
 * length less one of its hash table, the branch of all other rules.
 */
export const BY_HASH = 0;
/** A node by the range that a field lies in: kind, field, place and number of its bounds, others. */
export const BY_RANGE = 1;

export function entryReference(entry: number): number {
  return -2 - 2 * entry;
}

export function listReference(place: number): number {
  return -3 - 2 * place;
}

export function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** A free place in a hash table holds this as its hash; no hash is ever this. */
export const FREE = 0;

export function finishHash(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
  const finished = mixed ^ (mixed >>> 16);
  return finished === FREE ? 1 : finished;
}

/** The least entry from `from` on that stands where these fields lead to. */
export function firstFrom(
  dispatch: Dispatch,
  fields: Fields,
  reference: number,
  from: number,
): number {
  const { nodes } = dispatch;
  let best = NO_RULE;
  for (let at = reference; at !== NOTHING;) {
    if (at < NOTHING) return Math.min(best, firstOfLeaf(dispatch.lists, at, from));
    const byHash = nodes[at] === BY_HASH;
    const child = byHash ? findHash(dispatch, fields, at) : findRange(dispatch, fields, at);
    if (child !== NOTHING) {
      const found =
        child < NOTHING
          ? firstOfLeaf(dispatch.lists, child, from)
          : firstFrom(dispatch, fields, child, from);
      if (found < best) best = found;
    }
    at = nodes[byHash ? at + 9 : at + 4] ?? NOTHING;
  }
  return best;
}

/** Of a field that is open, so many values of an index are tried. */
const MOST_VALUES = 64;

/** The least entry from `from` on that may match where some fields are open. */
export function firstPossible(
  dispatch: Dispatch,
  fields: Fields,
  reference: number,
  from: number,
  isOpen: (field: number) => boolean,
): number {
  const { nodes } = dispatch;
  let best = NO_RULE;
  for (let at = reference; at !== NOTHING;) {
    if (at < NOTHING) return Math.min(best, firstOfLeaf(dispatch.lists, at, from));
    const byHash = nodes[at] === BY_HASH;
    const children = isOpen(nodes[at + 1] ?? 0)
      ? childrenOf(dispatch, at)
      : [byHash ? findHash(dispatch, fields, at) : findRange(dispatch, fields, at)];
    if (children === undefined) return TOO_MANY;
    for (const child of children) {
      const found = firstPossible(dispatch, fields, child, from, isOpen);
      if (found < best) best = found;
    }
    at = nodes[byHash ? at + 9 : at + 4] ?? NOTHING;
  }
  return best;
}

/** What a node leads to, whatever its field is; `undefined`: too much. */
function childrenOf({ nodes, tables }: Dispatch, at: number): readonly number[] | undefined {
  const children: number[] = [];
  const byHash = nodes[at] === BY_HASH;
  const place = nodes[at + (byHash ? 7 : 2)] ?? 0;
  const count = byHash ? (nodes[at + 8] ?? 0) + 1 : (nodes[at + 3] ?? 0);
  for (let item = 0; item < count; item++) {
    const child = byHash ? tables[place + item * 2 + 1] : tables[place + count + item];
    if (byHash && tables[place + item * 2] === FREE) continue;
    if (children.push(child ?? NOTHING) > MOST_VALUES) return undefined;
  }
  return children;
}

function findHash({ nodes, tables }: Dispatch, fields: Fields, at: number): number {
  const field = nodes[at + 1] ?? 0;
  const words = nodes[at + 2] ?? 1;
  let hash = mix(0, (fields[field] ?? 0) & (nodes[at + 3] ?? 0));
  for (let word = 1; word < words; word++) {
    hash = mix(hash, (fields[field + word] ?? 0) & (nodes[at + 3 + word] ?? 0));
  }
  hash = finishHash(hash);
  const place = nodes[at + 7] ?? 0;
  const last = nodes[at + 8] ?? 0;
  for (let slot = hash & last; ; slot = (slot + 1) & last) {
    const found = tables[place + slot * 2] ?? FREE;
    if (found === hash) return tables[place + slot * 2 + 1] ?? NOTHING;
    if (found === FREE) return NOTHING;
  }
}

/** Bounds are lower ends, rising as unsigned numbers from 0; their references come after them. */
function findRange({ nodes, tables }: Dispatch, fields: Fields, at: number): number {
  const value = (fields[nodes[at + 1] ?? 0] ?? 0) >>> 0;
  const place = nodes[at + 2] ?? 0;
  const count = nodes[at + 3] ?? 0;
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((tables[place + middle] ?? 0) >>> 0 <= value) low = middle;
    else high = middle;
  }
  return tables[place + count + low] ?? NOTHING;
}

function firstOfLeaf(lists: Int32Array, leaf: number, from: number): number {
  const number = -2 - leaf;
  if ((number & 1) === 0) {
    const entry = number >> 1;
    return entry >= from ? entry : NO_RULE;
  }
  const place = number >> 1;
  let low = place + 1;
  let high = low + (lists[place] ?? 0);
  const end = high;
  while (high - low > 8) {
    const middle = (low + high) >> 1;
    if ((lists[middle] ?? 0) < from) low = middle;
    else high = middle + 1;
  }
  for (; low < end; low++) {
    const entry = lists[low] ?? 0;
    if (entry >= from) return entry;
  }
  return NO_RULE;
}
