import { ALL_ONES_4, ALL_ONES_6, type Address, type Family } from "../../engine/net/ip.js";
import { lengthOfMask, makePrefix, maskOfLength, type Prefix } from "../../engine/net/prefix.js";
import type { HostState } from "../host/types.js";
import { wordsOf, writeAddress } from "./fields.js";

/** A stretch of addresses, both ends included. */
interface Span {
  readonly low: Address;
  readonly high: Address;
  /** Spans of one name are told from others, but not from each other. */
  readonly name?: string;
}

/**
 * Addresses that nothing on the host tells apart: no route, routing rule, interface or range with a
 * meaning of its own holds one of a class and not the others. What the host does with a packet can
 * thus be learnt from one address of each class.
 */
export interface AddressClasses {
  readonly words: 1 | 4;
  /** Where each stretch of one class begins, rising from 0; `words` numbers each. */
  readonly starts: Uint32Array;
  /** The class of each stretch. */
  readonly classes: Int32Array;
  /** By the upper half of an IPv4 address: its class, or -1 - the stretch in which the half begins. */
  readonly halves: Int32Array;
  /** By the same: the stretch after the one in which it ends. */
  readonly halfEnds: Int32Array;
  /** An address of each class. */
  readonly samples: readonly Address[];
}

export function classesOf(host: HostState, family: Family): AddressClasses {
  const spans = [...spansOf(host, family)];
  const begins = new Set<Address>([family === 4 ? 0 : 0n]);
  for (const { low, high } of spans) {
    begins.add(low);
    if (high !== ALL_ONES_4 && high !== ALL_ONES_6) begins.add(above(high));
  }
  const sorted = [...begins].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
  const words = wordsOf(family);
  const starts = new Uint32Array(sorted.length * words);
  const parts = new Int32Array(4);
  for (const [at, start] of sorted.entries()) {
    writeAddress(parts, 0, start);
    starts.set(parts.subarray(0, words), at * words);
  }
  const { classes, samples } = classify(sorted, spans);
  const halves = family === 4 ? halvesOf(starts, classes) : NO_HALVES;
  return { words, starts, classes, ...halves, samples };
}

/** The class of the address whose parts stand at `at`. */
export function classAt(
  table: Omit<AddressClasses, "samples">,
  numbers: ArrayLike<number>,
  at: number,
): number {
  if (table.words === 4) return classAt6(table, numbers, at);
  const address = (numbers[at] ?? 0) >>> 0;
  const half = table.halves[address >>> 16] ?? 0;
  if (half >= 0) return half;
  const end = table.halfEnds[address >>> 16] ?? 0;
  return table.classes[stretchAt(table, address, -1 - half, end)] ?? 0;
}

/** Which stretch an IPv4 address lies in: one of `from` to before `to`. */
export function stretchAt(
  { starts }: Pick<AddressClasses, "starts">,
  address: number,
  from = 0,
  to = starts.length,
): number {
  let low = from | 0;
  let high = to | 0;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= address) low = middle;
    else high = middle;
  }
  return low;
}

function classAt6(
  { starts, classes }: Omit<AddressClasses, "samples">,
  numbers: ArrayLike<number>,
  at: number,
): number {
  let low = 0;
  let high = classes.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    let word = 0;
    while (word < 3 && starts[middle * 4 + word] === (numbers[at + word] ?? 0) >>> 0) word++;
    if ((starts[middle * 4 + word] ?? 0) <= (numbers[at + word] ?? 0) >>> 0) low = middle;
    else high = middle;
  }
  return classes[low] ?? 0;
}

export function classOf(table: AddressClasses, address: Address): number {
  const parts = new Int32Array(4);
  writeAddress(parts, 0, address);
  return classAt(table, parts, 0);
}

const NO_HALVES = { halves: new Int32Array(0), halfEnds: new Int32Array(0) };

/** What `classAt` looks an IPv4 address up by first. */
export function halvesOf(
  starts: Uint32Array,
  classes: Int32Array,
): Pick<AddressClasses, "halves" | "halfEnds"> {
  const halves = new Int32Array(1 << 16);
  const halfEnds = new Int32Array(1 << 16);
  let at = 0;
  for (let half = 0; half < halves.length; half++) {
    const first = half * 0x10000;
    while ((starts[at + 1] ?? Infinity) <= first) at++;
    let end = at + 1;
    while ((starts[end] ?? Infinity) <= first + 0xffff) end++;
    halves[half] = end === at + 1 ? (classes[at] ?? 0) : -1 - at;
    halfEnds[half] = end;
  }
  return { halves, halfEnds };
}

/** Stretches that the same spans cover are of one class. */
function classify(
  starts: readonly Address[],
  spans: readonly Span[],
): { readonly classes: Int32Array; readonly samples: readonly Address[] } {
  const places = new Map(starts.map((start, at) => [start, at]));
  const covers: string[][] = starts.map(() => []);
  for (const [number, { low, high, name }] of spans.entries()) {
    for (let at = places.get(low) ?? 0; at < starts.length; at++) {
      if ((starts[at] ?? 0) > high) break;
      covers[at]?.push(name ?? String(number));
    }
  }
  const numbers = new Map<string, number>();
  const samples: Address[] = [];
  const classes = covers.map((cover, at) => {
    const key = cover.join(" ");
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, samples.length);
    samples.push(starts[at] ?? 0);
    return samples.length - 1;
  });
  return { classes: Int32Array.from(classes), samples };
}

function above(address: Address): Address {
  return typeof address === "number" ? address + 1 : address + 1n;
}

/** Everything on the host, and in the kernel itself, that tells addresses of the family apart. */
function* spansOf(host: HostState, family: Family): Generator<Span> {
  for (const prefix of prefixesOf(host, family)) yield spanOf(prefix);
  for (const { addresses } of host.interfaces.value) {
    for (const { address, peer, prefixLength } of addresses) {
      if ((typeof address === "number") !== (family === 4)) continue;
      // How many bits an IPv6 address shares with an own one decides which own one is chosen.
      const lengths = family === 4 ? [prefixLength, 32] : ALL_LENGTHS_6;
      for (const length of lengths) yield spanOf(makePrefix(address, maskOfLength(family, length)));
      if (peer !== undefined) yield spanOf(makePrefix(peer, maskOfLength(family, prefixLength)));
    }
  }
  yield* family === 4 ? SPANS_4 : SPANS_6;
}

function* prefixesOf(host: HostState, family: Family): Generator<Prefix> {
  for (const { destination } of host.routes.value) {
    if ((typeof destination.address === "number") === (family === 4)) yield destination;
  }
  for (const { from, to } of host.routingRules[family].value) {
    if (from !== undefined) yield from;
    if (to !== undefined) yield to;
  }
}

function spanOf({ address, mask }: Prefix): Span {
  if (typeof address === "number") {
    return { low: address, high: (address | ~Number(mask)) >>> 0 };
  }
  return { low: address, high: address | (ALL_ONES_6 ^ BigInt(mask)) };
}

const ALL_LENGTHS_6 = Array.from({ length: 129 }, (_, length) => length);

/** 0.0.0.0, loopback, multicast, its groups on the link and of all hosts, broadcast. */
const SPANS_4: readonly Span[] = [
  { low: 0, high: 0 },
  { low: 0x7f000000, high: 0x7fffffff },
  { low: 0xe0000000, high: 0xefffffff },
  { low: 0xe0000000, high: 0xe00000ff },
  { low: 0xe0000001, high: 0xe0000001 },
  { low: 0xffffffff, high: 0xffffffff },
];

/** Multicast by its scope, which has a say in the choice of a source. */
const MULTICAST_6: readonly Span[] = Array.from({ length: 256 }, (_, number) => {
  const low = (0xff00n + BigInt(number)) << 112n;
  return { low, high: low | ((1n << 112n) - 1n), name: `scope ${number & 15}` };
});

/** ::, ::1, addresses mapped from IPv4, link-local, multicast. */
const SPANS_6: readonly Span[] = [
  { low: 0n, high: 0n },
  { low: 1n, high: 1n },
  { low: 0xffffn << 32n, high: (0xffffn << 32n) | 0xffffffffn },
  { low: 0xfe80n << 112n, high: (0xfec0n << 112n) - 1n },
  { low: 0xffn << 120n, high: ALL_ONES_6 },
  ...MULTICAST_6,
];

/** Masks with holes make no stretch of addresses. */
export function hasPlainPrefixes(host: HostState, family: Family): boolean {
  for (const { mask } of prefixesOf(host, family)) {
    if (lengthOfMask(mask) === undefined) return false;
  }
  return true;
}
