import { Growable } from "../growable.js";
import type { Machine } from "../machine.js";
import type { Standing } from "../standing.js";
import { DrawTables } from "./draw-tables.js";
import { LEAVES, MANNER_LENGTH, MOST_MANNERS, NO_PLAN, SEEN_ONCE } from "./nodes.js";
import { SourceKinds, type AskedPrefix } from "./source-kinds.js";
import { Traits } from "./traits.js";

/** A node that draws, of which not all answers are made. */
export interface OpenDraws {
  /** Where packets stand that come there. */
  readonly standing: Standing;
  /** How many answers are not made. */
  left: number;
}

/**
 * Plans of the packets that came more than once: for all that are alike in everything but source
 * address, source port and lot, the tree of what is left to be asked (`nodes.ts`). Packets are alike
 * when their destination, the second key of their tuple and their traits (protocol, interface, flags,
 * mark, whether their time to live is up, the kind of their source) are the same.
 */
export class Plans {
  /** See `nodes.ts`. A plan begins with its key: the destination, then traits and second key. */
  readonly nodes = new Growable(1 << 12);
  readonly ends = new Growable(1 << 12);
  /** By the number of an end: the place of its rules in `lists`. */
  readonly listPlaces = new Growable(1 << 12);
  /** By the number of an end that is `ENDS_OR_OWN`: that of the other one. */
  readonly owns = new Growable(1 << 12);
  /** Lists of rules: how many, then their numbers. */
  readonly lists = new Growable(1 << 12);
  /** Manners of ending, `MANNER_LENGTH` numbers each. */
  readonly manners = new Growable(64 * MANNER_LENGTH);
  readonly #knownManners = new Map<string, number>();
  readonly tables = new DrawTables();

  /**
   * A hash table with linear probing: a slot holds the place of a plan, its key and behind that its first
   * node. `NO_PLAN`: free. `SEEN_ONCE`: one such packet came, or another one of the same hash, for which
   * the plan is then made one packet too early.
   */
  slots = new Int32Array(64);
  /** The hash of each slot's key. */
  hashes = new Int32Array(64);
  #used = 0;
  /** So many of them have a plan. */
  #planned = 0;

  readonly kinds: SourceKinds;
  /** IPv4 sources that packets had lately, by a few of their bits, and their kinds. */
  readonly recentSources = new Int32Array(2 * (LAST_SOURCE + 1));
  traits = new Traits();

  /** Where packets stand whose way is not planned on: by the node that draws. */
  readonly open = new Map<number, OpenDraws>();
  /** How many ends and ways on are made. */
  made = 0;
  /** Numbers of an end. */
  readonly endLength: number;

  constructor({ words, classes }: Machine) {
    this.kinds = new SourceKinds({ classes });
    this.#forgetSources();
    // The one node that leaves; also where slots without a plan point to, with the key of no packet.
    this.nodes.pushAll([LEAVES, ...NO_KEY]);
    this.endLength = words + 2;
    this.addEnds(1);
  }

  /**
   * Packets with a source in the prefix have plans of their own from now on, and those there are are
   * made anew; ends stay, as results point to them. False: it cannot be, or there are too many plans.
   */
  tellApart(prefix: AskedPrefix): boolean {
    // What was made stays where it is: so little of it that it does not matter.
    const isLittle = this.nodes.length + this.ends.length < MOST_REMADE;
    if (!isLittle || !this.kinds.tellApart(prefix)) return false;
    this.slots.fill(NO_PLAN);
    this.#used = 0;
    this.#planned = 0;
    this.traits = new Traits();
    this.open.clear();
    this.#forgetSources();
    return true;
  }

  #forgetSources(): void {
    if (this.kinds.table.words === 4) return;
    const { recentSources } = this;
    recentSources.fill(0);
    const none = this.kinds.kindAt([0], 0);
    for (let at = 1; at < recentSources.length; at += 2) recentSources[at] = none;
  }

  /** Room for so many ends, none of them made; the number of the first. */
  addEnds(count: number): number {
    this.listPlaces.reserve(count, 0);
    this.owns.reserve(count, 0);
    return this.ends.reserve(count * this.endLength, 0) / this.endLength;
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

  /** A processor's nearest caches do not hold them. */
  get isLarge(): boolean {
    return this.nodes.length + this.ends.length > NEAR_NUMBERS;
  }

  get isFull(): boolean {
    const { nodes, ends, listPlaces, lists, slots, tables, open } = this;
    const own = nodes.length + ends.length + 2 * listPlaces.length + lists.length;
    const numbers = own + 2 * slots.length + tables.size;
    return numbers + open.size * STANDING_NUMBERS > MOST_NUMBERS;
  }

  /** Notes in a free slot that one such packet came; the table may be another one then. */
  put(slot: number, hash: number): void {
    this.slots[slot] = SEEN_ONCE;
    this.hashes[slot] = hash;
    this.#used++;
    if (this.#used * MOST_USED <= this.slots.length) return;
    // Of the packets of a scan none comes again: what came once and has no plan is forgotten.
    const kept = this.#used > LEAST_FORGOTTEN ? this.#planned : this.#used;
    this.#spread(kept * 4 > this.#used, kept < this.#used);
  }

  setPlan(slot: number, plan: number): void {
    this.slots[slot] = plan;
    this.#planned++;
  }

  #spread(grows: boolean, forgets: boolean): void {
    const { slots, hashes } = this;
    this.slots = new Int32Array(slots.length * (grows ? 2 : 1));
    this.hashes = new Int32Array(this.slots.length);
    this.#used = 0;
    const last = this.slots.length - 1;
    for (const [at, plan] of slots.entries()) {
      if (plan === NO_PLAN || (forgets && plan === SEEN_ONCE)) continue;
      const hash = hashes[at] ?? 0;
      let slot = hash & last;
      while (this.slots[slot] !== NO_PLAN) slot = (slot + 1) & last;
      this.slots[slot] = plan;
      this.hashes[slot] = hash;
      this.#used++;
    }
  }
}

export const LAST_SOURCE = 1023;
/** No traits and port are -1. */
const NO_KEY = [-1, -1, -1, -1, -1];
/** One slot of so many is used at most: a sixteenth of the packets then look further than the first. */
const MOST_USED = 4;
/** Plans with more numbers, 512 KB, are not made anew. */
const MOST_REMADE = 1 << 17;
/** 128 KB. */
const NEAR_NUMBERS = 1 << 15;
/** 128 MB; what is not planned is run. */
const MOST_NUMBERS = 1 << 25;
/** What a standing that is kept takes, in numbers. */
const STANDING_NUMBERS = 256;
/** So many that came once are remembered whatever becomes of them. */
const LEAST_FORGOTTEN = 1 << 18;
