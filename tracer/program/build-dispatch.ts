import type { Range } from "../../engine/iptables/extensions/codecs.js";
import type { Address, Family } from "../../engine/net/ip.js";
import type { Prefix } from "../../engine/net/prefix.js";
import {
  BY_HASH,
  BY_RANGE,
  entryReference,
  finishHash,
  FREE,
  listReference,
  mix,
  NOTHING,
  type Dispatch,
} from "./dispatch.js";
import {
  DESTINATION,
  DESTINATION_PORT,
  IN,
  MARK,
  OUT,
  PROTOCOL,
  SOURCE,
  SOURCE_PORT,
  wordsOf,
  writeAddress,
} from "./fields.js";
import { Growable } from "./growable.js";
import type { Interfaces } from "./interfaces.js";
import type { Keys } from "./keys.js";

/** A rule to be found: what it surely asks for, and the entry that stands for it. */
export interface Indexed {
  readonly keys: Keys;
  readonly entry: number;
}

/** So few rules are tried one after the other sooner than they are looked up. */
const SHORT = 4;
/** An index by ranges lists a rule once for each part of its ranges, so often at most on average. */
const MOST_COPIES = 8;
const MOST_RANGES = 1_000_000;

/** Collects the indexes of all runs of rules of one ruleset. */
export class DispatchBuilder {
  readonly #nodes = new Growable(1 << 10);
  readonly #tables = new Growable(1 << 10);
  readonly #lists = new Growable(1 << 10);
  readonly #interfaces: Interfaces;
  readonly #family: Family;

  constructor(family: Family, interfaces: Interfaces) {
    this.#family = family;
    this.#interfaces = interfaces;
  }

  /** What has been built so far; the arrays may be longer. */
  get dispatch(): Dispatch {
    return {
      nodes: this.#nodes.items,
      tables: this.#tables.items,
      lists: this.#lists.items,
    };
  }

  /** An index over these rules, whose entries must rise; its reference. */
  add(rules: readonly Indexed[]): number {
    return this.#add(rules, new Set());
  }

  /** `used`: names of ways by which these rules were told from others already. */
  #add(rules: readonly Indexed[], used: ReadonlySet<string>): number {
    if (rules.length === 0) return NOTHING;
    const way = rules.length <= SHORT ? undefined : this.#bestWay(rules, used);
    if (way === undefined) return this.#list(rules);
    const now = new Set(used).add(nameOf(way));
    return way.kind === "hash" ? this.#byHash(way, now) : this.#byRange(way, now);
  }

  #list(rules: readonly Indexed[]): number {
    const [only, second] = rules;
    if (only !== undefined && second === undefined) return entryReference(only.entry);
    const place = this.#lists.length;
    this.#lists.push(rules.length);
    for (const { entry } of rules) this.#lists.push(entry);
    return listReference(place);
  }

  /** The way to split the rules that leaves the fewest to be tried, if any is worth it. */
  #bestWay(rules: readonly Indexed[], used: ReadonlySet<string>): Way | undefined {
    let best: Way | undefined;
    let least = rules.length * 0.75;
    for (const way of this.#ways(rules)) {
      const left = costOf(way);
      if (left >= least || used.has(nameOf(way))) continue;
      best = way;
      least = left;
    }
    return best;
  }

  #ways(rules: readonly Indexed[]): readonly Way[] {
    const ways: Way[] = [
      ...hashWays(rules, DESTINATION, wordsOf(this.#family), ({ destination }) => destination),
      ...hashWays(rules, SOURCE, wordsOf(this.#family), ({ source }) => source),
      ...hashWays(rules, MARK, 1, ({ mark }) =>
        mark === undefined ? undefined : { address: mark.value, mask: mark.mask },
      ),
    ];
    const add = (field: number, rangesOf: (keys: Keys) => readonly Range[] | undefined): void => {
      const way = rangeWay(rules, field, rangesOf);
      if (way !== undefined) ways.push(way);
    };
    add(DESTINATION_PORT, (keys) => keys.destinationPorts);
    add(SOURCE_PORT, (keys) => keys.sourcePorts);
    add(PROTOCOL, (keys) => keys.protocols?.map(single));
    add(IN, ({ inInterface }) => this.#numberOf(inInterface));
    add(OUT, ({ outInterface }) => this.#numberOf(outInterface));
    add(DESTINATION, (keys) => keys.destinations);
    add(SOURCE, (keys) => keys.sources);
    return ways;
  }

  #numberOf(name: string | undefined): readonly Range[] | undefined {
    return name === undefined ? undefined : [single(this.#interfaces.add(name))];
  }

  #byHash({ field, words, mask, buckets, others }: HashWay, used: ReadonlySet<string>): number {
    const children = [...buckets].map(([hash, rules]): readonly [number, number] => [
      hash,
      this.#add(rules, used),
    ]);
    const rest = this.#add(others, used);
    const size = 2 ** Math.ceil(Math.log2(children.length * 2 + 1));
    const place = this.#tables.reserve(size * 2, FREE);
    for (const [hash, reference] of children) {
      let slot = hash & (size - 1);
      while (this.#tables.get(place + slot * 2) !== FREE) slot = (slot + 1) & (size - 1);
      this.#tables.set(place + slot * 2, hash);
      this.#tables.set(place + slot * 2 + 1, reference);
    }
    const masks = new Int32Array(4);
    writeAddress(masks, 0, mask);
    return this.#node([BY_HASH, field, words, ...masks, place, size - 1, rest]);
  }

  #byRange({ field, bounds, spans, others }: RangeWay, used: ReadonlySet<string>): number {
    const known = new Map<string, number>();
    const references = spans.map((rules) => {
      const key = rules.map(({ entry }) => entry).join(" ");
      const reference = known.get(key) ?? this.#add(rules, used);
      known.set(key, reference);
      return reference;
    });
    const rest = this.#add(others, used);
    const place = this.#tables.length;
    this.#tables.pushAll(bounds);
    this.#tables.pushAll(references);
    return this.#node([BY_RANGE, field, place, bounds.length, rest]);
  }

  #node(numbers: readonly number[]): number {
    const place = this.#nodes.length;
    this.#nodes.pushAll(numbers);
    return place;
  }
}

interface HashWay {
  readonly kind: "hash";
  readonly field: number;
  readonly words: number;
  readonly mask: Address;
  readonly buckets: ReadonlyMap<number, readonly Indexed[]>;
  readonly others: readonly Indexed[];
}

interface RangeWay {
  readonly kind: "range";
  readonly field: number;
  readonly bounds: readonly number[];
  /** By bound. */
  readonly spans: readonly (readonly Indexed[])[];
  readonly others: readonly Indexed[];
}

type Way = HashWay | RangeWay;

function nameOf(way: Way): string {
  return way.kind === "hash" ? `${way.field} ${way.mask}` : `${way.field} range`;
}

function single(value: number): Range {
  return { min: value, max: value };
}

/** How many rules are left to try, about: the others, and the average of the parts by their size. */
function costOf(way: Way): number {
  let sum = 0;
  let squares = 0;
  for (const { length } of way.kind === "hash" ? way.buckets.values() : way.spans) {
    sum += length;
    squares += length * length;
  }
  return way.others.length + squares / Math.max(1, sum);
}

/** One way for every mask that several rules have; all in one bucket is none. */
function hashWays(
  rules: readonly Indexed[],
  field: number,
  words: number,
  prefixOf: (keys: Keys) => Pick<Prefix, "address" | "mask"> | undefined,
): readonly HashWay[] {
  const counts = new Map<Address, number>();
  for (const { keys } of rules) {
    const mask = prefixOf(keys)?.mask;
    if (mask !== undefined) counts.set(mask, (counts.get(mask) ?? 0) + 1);
  }
  const masks = [...counts].filter(([, count]) => count > 1).map(([mask]) => mask);
  return masks.flatMap((mask) => {
    const buckets = new Map<number, Indexed[]>();
    const others: Indexed[] = [];
    for (const rule of rules) {
      const prefix = prefixOf(rule.keys);
      if (prefix === undefined || prefix.mask !== mask) others.push(rule);
      else put(buckets, hashOf(prefix, words), rule);
    }
    return buckets.size < 2 ? [] : [{ kind: "hash", field, words, mask, buckets, others }];
  });
}

function put(buckets: Map<number, Indexed[]>, hash: number, rule: Indexed): void {
  const bucket = buckets.get(hash);
  if (bucket === undefined) buckets.set(hash, [rule]);
  else bucket.push(rule);
}

/** A mark may have bits outside its mask; such a rule is found by no packet, and matches none. */
function hashOf({ address }: Pick<Prefix, "address" | "mask">, words: number): number {
  const parts = new Int32Array(4);
  writeAddress(parts, 0, address);
  let hash = 0;
  for (let word = 0; word < words; word++) hash = mix(hash, parts[word] ?? 0);
  return finishHash(hash);
}

function rangeWay(
  rules: readonly Indexed[],
  field: number,
  rangesOf: (keys: Keys) => readonly Range[] | undefined,
): RangeWay | undefined {
  const others: Indexed[] = [];
  const asked: { readonly rule: Indexed; readonly ranges: readonly Range[] }[] = [];
  for (const rule of rules) {
    const ranges = rangesOf(rule.keys);
    if (ranges === undefined) others.push(rule);
    else asked.push({ rule, ranges: ranges.filter(({ min, max }) => min <= max) });
  }
  const count = asked.reduce((sum, { ranges }) => sum + ranges.length, 0);
  if (asked.length < 2 || count > MOST_RANGES) return undefined;
  const bounds = boundsOf(asked.flatMap(({ ranges }) => ranges));
  const spans: Indexed[][] = bounds.map(() => []);
  let copies = count * MOST_COPIES;
  for (const { rule, ranges } of asked) {
    for (const { min, max } of ranges) {
      for (let at = indexOf(bounds, min); at < bounds.length; at++) {
        if ((bounds[at] ?? 0) > max) break;
        const span = spans[at];
        if (span?.at(-1) !== rule) span?.push(rule);
        if (copies-- < 0) return undefined;
      }
    }
  }
  return { kind: "range", field, bounds, spans, others };
}

/** Where something begins or has just ended, from 0 on. */
function boundsOf(ranges: readonly Range[]): readonly number[] {
  const bounds = new Set([0]);
  for (const { min, max } of ranges) {
    bounds.add(min);
    if (max < 0xffffffff) bounds.add(max + 1);
  }
  return [...bounds].sort((left, right) => left - right);
}

function indexOf(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) <= value) low = middle;
    else high = middle;
  }
  return low;
}
