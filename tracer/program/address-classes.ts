import { ALL_ONES_4, ALL_ONES_6, type Address, type Family } from "../../engine/net/ip.js";
import { andAddress, lengthOfMask, makePrefix, maskOfLength } from "../../engine/net/prefix.js";
import type { Prefix } from "../../engine/net/prefix.js";
import type { HostState } from "../host/types.js";
import { readAddress } from "./fields.js";

/** A stretch of addresses, both ends included. */
interface Span {
  readonly low: Address;
  readonly high: Address;
}

/**
 * Addresses that nothing on the host tells apart: no route, routing rule, interface or range with a
 * meaning of its own holds one of a class and not the others. What the host does with a packet can
 * thus be learnt from one address of each class.
 */
export class AddressClasses {
  readonly #family: Family;
  /** Where each stretch of one class begins, rising from 0. */
  readonly #starts: readonly Address[];
  readonly #classes: Int32Array;
  /** The same for IPv4, as numbers. */
  readonly #starts4: Uint32Array;
  /** By the upper half of an IPv4 address: its class, or -1 - the stretch in which the half begins. */
  readonly #halves: Int32Array;
  readonly #samples: readonly Address[];

  private constructor(family: Family, starts: readonly Address[], spans: readonly Span[]) {
    this.#family = family;
    this.#starts = starts;
    const { classes, samples } = classify(starts, spans);
    this.#classes = classes;
    this.#samples = samples;
    this.#starts4 = family === 4 ? Uint32Array.from(starts, Number) : new Uint32Array(0);
    this.#halves = family === 4 ? this.#fillHalves() : new Int32Array(0);
  }

  static of(host: HostState, family: Family): AddressClasses {
    const spans = [...spansOf(host, family)];
    const starts = new Set<Address>([family === 4 ? 0 : 0n]);
    for (const { low, high } of spans) {
      starts.add(low);
      if (high !== ALL_ONES_4 && high !== ALL_ONES_6) starts.add(above(high));
    }
    const sorted = [...starts].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
    return new AddressClasses(family, sorted, spans);
  }

  get count(): number {
    return this.#samples.length;
  }

  /** An address of the class. */
  sampleOf(number: number): Address {
    return this.#samples[number] ?? 0;
  }

  /** The class of the address whose parts stand at `at`. */
  at(words: Int32Array, at: number): number {
    if (this.#family === 4) return this.#of4((words[at] ?? 0) >>> 0);
    return this.of(readAddress(words, at, 6));
  }

  of(address: Address): number {
    if (typeof address === "number") return this.#of4(address);
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0n) <= address) low = middle;
      else high = middle;
    }
    return this.#classes[low] ?? 0;
  }

  #of4(address: number): number {
    const half = this.#halves[address >>> 16] ?? 0;
    if (half >= 0) return half;
    let low = -1 - half;
    let high = Math.min(this.#starts4.length, low + 0x10001);
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts4[middle] ?? 0) <= address) low = middle;
      else high = middle;
    }
    return this.#classes[low] ?? 0;
  }

  #fillHalves(): Int32Array {
    const halves = new Int32Array(1 << 16);
    let at = 0;
    for (let half = 0; half < halves.length; half++) {
      const first = half * 0x10000;
      while ((this.#starts4[at + 1] ?? Infinity) <= first) at++;
      const next = this.#starts4[at + 1] ?? Infinity;
      halves[half] = next > first + 0xffff ? (this.#classes[at] ?? 0) : -1 - at;
    }
    return halves;
  }
}

/** Stretches that the same spans cover are of one class. */
function classify(
  starts: readonly Address[],
  spans: readonly Span[],
): { readonly classes: Int32Array; readonly samples: readonly Address[] } {
  const places = new Map(starts.map((start, at) => [start, at]));
  const covers: number[][] = starts.map(() => []);
  for (const [number, { low, high }] of spans.entries()) {
    for (let at = places.get(low) ?? 0; at < starts.length; at++) {
      if ((starts[at] ?? 0) > high) break;
      covers[at]?.push(number);
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
      const least = family === 4 ? prefixLength : 0;
      for (let length = least; length <= (family === 4 ? 32 : 128); length++) {
        yield spanOf(makePrefix(address, maskOfLength(family, length)));
      }
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

/** 0.0.0.0, loopback, multicast, the group of all hosts, broadcast. */
const SPANS_4: readonly Span[] = [
  { low: 0, high: 0 },
  { low: 0x7f000000, high: 0x7fffffff },
  { low: 0xe0000000, high: 0xefffffff },
  { low: 0xe0000001, high: 0xe0000001 },
  { low: 0xffffffff, high: 0xffffffff },
];

/** ::, ::1, addresses mapped from IPv4, link-local, multicast. */
const SPANS_6: readonly Span[] = [
  { low: 0n, high: 0n },
  { low: 1n, high: 1n },
  { low: 0xffffn << 32n, high: (0xffffn << 32n) | 0xffffffffn },
  { low: 0xfe80n << 112n, high: (0xfec0n << 112n) - 1n },
  { low: 0xffn << 120n, high: ALL_ONES_6 },
];

/** Masks with holes make no stretch of addresses. */
export function hasPlainPrefixes(host: HostState, family: Family): boolean {
  for (const { mask } of prefixesOf(host, family)) {
    if (lengthOfMask(mask) === undefined || andAddress(mask, mask) !== mask) return false;
  }
  return true;
}
