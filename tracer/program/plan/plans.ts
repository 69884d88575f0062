import { classAt } from "../address-classes.js";
import { Growable } from "../growable.js";
import type { Machine } from "../machine.js";
import { LEAVES, MANNER_LENGTH, MOST_MANNERS } from "./nodes.js";
import type { Standing } from "../standing.js";

/**
 * Plans of the packets that came more than once: for all that are alike in everything but source
 * address, source port and dice, the tree of what is left to be asked (`nodes.ts`). Packets are alike
 * when their destination, the second key of their tuple, their traits (protocol, interface, flags,
 * mark, whether their time to live is up) and the class of their source are the same.
 */
export class Plans {
  /** See `nodes.ts`; the first ones are no node, and the one that leaves. */
  readonly nodes = new Growable(1 << 12);
  readonly settled = new Growable(1 << 12);
  /** By the place of an end in `settled`: the place of its rules in `lists`. */
  readonly listPlaces = new Growable(1 << 12);
  /** Lists of rules: how many, then their numbers. */
  readonly lists = new Growable(1 << 12);
  /** Manners of ending, `MANNER_LENGTH` numbers each. */
  readonly manners = new Growable(64 * MANNER_LENGTH);
  readonly #knownManners = new Map<string, number>();
  /** Numbers of `2^31` for nodes that draw; equal lists are kept once. */
  readonly ways = new Growable(1 << 8);
  readonly #knownWays = new Map<string, number>();

  /**
   * A hash table with linear probing: a slot holds the words of the destination, traits and second
   * key, class, and a reference to the plan's first node. 0: free. `SEEN`: one such packet came.
   */
  slots: Int32Array;
  readonly slotLength: number;
  #used = 0;
  /** So many of them have a plan. */
  #planned = 0;

  /** IPv4 sources that packets had lately, by a few of their bits, and their classes. */
  readonly recentSources: Int32Array;
  /** Traits by their number: a hash table, four numbers a slot, the last the number plus one. */
  traitSlots = new Int32Array(16 * TRAIT_SLOT);
  #traits = 0;

  /** Where packets stand whose way is not planned on: by the node that draws. */
  readonly open = new Map<number, Standing>();

  constructor({ words, classes }: Machine) {
    this.recentSources = new Int32Array(2 * (LAST_SOURCE + 1));
    if (words === 1) {
      const none = classAt(classes, [0], 0);
      for (let at = 1; at < this.recentSources.length; at += 2) this.recentSources[at] = none;
    }
    this.nodes.pushAll([0, LEAVES]);
    // No reference is as small as `SEEN`; and an IPv4 endpoint takes eight numbers, which so lie in one
    // line of a processor's cache.
    this.settled.reserve(8, 0);
    this.slotLength = words + 3;
    this.slots = new Int32Array(64 * this.slotLength);
  }

  /** The number of a manner of ending; `undefined`: there are too many. */
  addManner(manner: readonly number[]): number | undefined {
    const key = manner.join(" ");
    const known = this.#knownManners.get(key);
    if (known !== undefined || this.#knownManners.size === MOST_MANNERS) return known;
    const number = this.#knownManners.size;
    const place = this.manners.reserve(MANNER_LENGTH, 0);
    for (const [at, value] of manner.entries()) this.manners.set(place + at, value);
    this.#knownManners.set(key, number);
    return number;
  }

  addWays(list: readonly number[]): number {
    const key = list.join(" ");
    const known = this.#knownWays.get(key);
    if (known !== undefined) return known;
    const place = this.ways.length;
    this.ways.pushAll(list);
    this.#knownWays.set(key, place);
    return place;
  }

  /** A processor's nearest caches do not hold them. */
  get isLarge(): boolean {
    return this.nodes.length + this.settled.length + this.slots.length > NEAR_NUMBERS;
  }

  get isFull(): boolean {
    const { nodes, settled, lists, slots, open } = this;
    // Each end has the place of its rules besides.
    const numbers = nodes.length + 2 * settled.length + lists.length + slots.length;
    return numbers + open.size * STANDING_NUMBERS > MOST_NUMBERS;
  }

  /** Notes in a free slot that one such packet came; the table may be another one then. */
  put(slot: number, key: readonly number[]): void {
    this.slots.set([...key, SEEN], slot);
    this.#used++;
    if (this.#used * 2 * this.slotLength <= this.slots.length) return;
    // Of the packets of a scan none comes again: what came once and has no plan is forgotten.
    const kept = this.#used > LEAST_FORGOTTEN ? this.#planned : this.#used;
    this.#spread(kept * 4 > this.#used, kept < this.#used);
  }

  setFirst(slot: number, first: number): void {
    this.slots[slot + this.slotLength - 1] = first;
    this.#planned++;
  }

  #spread(grows: boolean, forgets: boolean): void {
    const { slots, slotLength } = this;
    this.slots = new Int32Array(slots.length * (grows ? 2 : 1));
    this.#used = 0;
    const last = this.slots.length / slotLength - 1;
    for (let at = 0; at < slots.length; at += slotLength) {
      const reference = slots[at + slotLength - 1] ?? 0;
      if (reference === 0 || (forgets && reference === SEEN)) continue;
      let slot = hashOfKey(slots, at, slotLength - 3) & last;
      while (this.slots[slot * slotLength + slotLength - 1] !== 0) slot = (slot + 1) & last;
      this.slots.set(slots.subarray(at, at + slotLength), slot * slotLength);
      this.#used++;
    }
  }

  /** The number of such traits; -1: there are too many. */
  traitsOf(first: number, second: number, mark: number): number {
    const { traitSlots } = this;
    const last = traitSlots.length / TRAIT_SLOT - 1;
    for (let slot = mixKey(first, second, mark) & last; ; slot = (slot + 1) & last) {
      const place = slot * TRAIT_SLOT;
      const number = traitSlots[place + 3] ?? 0;
      if (number === 0) return this.#addTraits(place, [first, second, mark]);
      if (
        traitSlots[place] === first &&
        traitSlots[place + 1] === second &&
        traitSlots[place + 2] === mark
      ) {
        return number - 1;
      }
    }
  }

  #addTraits(place: number, traits: readonly number[]): number {
    if (this.#traits === MOST_TRAITS) return -1;
    const number = this.#traits++;
    this.traitSlots.set([...traits, number + 1], place);
    if (this.#traits * 2 * TRAIT_SLOT > this.traitSlots.length) this.#spreadTraits();
    return number;
  }

  #spreadTraits(): void {
    const old = this.traitSlots;
    this.traitSlots = new Int32Array(old.length * 2);
    const last = this.traitSlots.length / TRAIT_SLOT - 1;
    for (let at = 0; at < old.length; at += TRAIT_SLOT) {
      const [first = 0, second = 0, mark = 0, number = 0] = old.subarray(at, at + TRAIT_SLOT);
      if (number === 0) continue;
      let slot = mixKey(first, second, mark) & last;
      while (this.traitSlots[slot * TRAIT_SLOT + 3] !== 0) slot = (slot + 1) & last;
      this.traitSlots.set([first, second, mark, number], slot * TRAIT_SLOT);
    }
  }
}

const TRAIT_SLOT = 4;
export const LAST_SOURCE = 1023;
/** Traits share a number with a port. */
const MOST_TRAITS = 1 << 15;
/** 128 KB. */
const NEAR_NUMBERS = 1 << 15;
/** 128 MB; what is not planned is run. */
const MOST_NUMBERS = 1 << 25;
/** What a standing that is kept takes, in numbers. */
const STANDING_NUMBERS = 256;
/** So many that came once are remembered whatever becomes of them. */
const LEAST_FORGOTTEN = 1 << 18;

/** Instead of a reference to a first node. */
export const SEEN = 1;

/** A hash of three numbers. */
export function mixKey(first: number, second: number, third: number): number {
  const mixed = first ^ Math.imul(second, 0x9e3779b1) ^ Math.imul(third, 0xc2b2ae35);
  const spread = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return spread ^ (spread >>> 14);
}

function hashOfKey(slots: Int32Array, at: number, words: number): number {
  let hash = slots[at] ?? 0;
  if (words > 1) {
    hash = 0;
    for (let word = 0; word < words; word++) hash = mixKey(hash, slots[at + word] ?? 0, word);
  }
  return mixKey(hash, slots[at + words] ?? 0, slots[at + words + 1] ?? 0);
}
