import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import { fractionToNumber } from "../../../../odds/fraction.js";
import type { Ask } from "../network/ask.js";
import type { Journey } from "../network/carry.js";
import { Ends, describeOutcome, type Outcome } from "../network/ends.js";
import { arrivalsOf } from "../network/route.js";
import { Worlds } from "../network/worlds.js";

/** The ends of new connections during a time in which they did not change. */
export interface Segment {
  /** Milliseconds since 1970 of simulated time. */
  readonly from: number;
  readonly until: number;
  readonly ends: readonly WeightedEnd[];
  /** Number of the newest entry of the journal when it began. */
  readonly entry: number;
}

export interface WeightedEnd {
  readonly outcome: Outcome;
  /** 0 to 1. */
  readonly chance: number;
}

/** Watches what becomes of new connections, at every moment of simulated time. */
export class Observation {
  readonly #cluster: Cluster;
  readonly #ask: () => Ask | undefined;
  readonly #worlds: Worlds;
  readonly #ends: Ends;
  readonly #segments: Segment[] = [];
  #arrivals: readonly Journey[] = [];
  #arrivalsOf = "";
  #since: number;
  #present: readonly WeightedEnd[];
  #key: string;
  #entry: number;

  /** `ask` is made anew each time: the source may be replaced, the Service may get an address. */
  constructor(cluster: Cluster, ask: () => Ask | undefined) {
    this.#cluster = cluster;
    this.#ask = ask;
    this.#worlds = new Worlds(cluster);
    this.#ends = new Ends(cluster, this.#worlds);
    this.#since = cluster.now;
    this.#present = this.#endsNow();
    this.#key = keyOf(this.#present);
    this.#entry = cluster.journal.last?.number ?? 0;
  }

  /** To be called after everything that happens. */
  look(): void {
    const ends = this.#endsNow();
    const key = keyOf(ends);
    if (key === this.#key) return;
    this.#close();
    this.#present = ends;
    this.#key = key;
    this.#since = this.#cluster.now;
    this.#entry = this.#cluster.journal.last?.number ?? 0;
  }

  /** Everything up to now. */
  segments(): readonly Segment[] {
    const { now } = this.#cluster;
    const last = { from: this.#since, until: now, ends: this.#present, entry: this.#entry };
    return now > this.#since ? [...this.#segments, last] : this.#segments;
  }

  #close(): void {
    const until = this.#cluster.now;
    if (until === this.#since) return;
    this.#segments.push({ from: this.#since, until, ends: this.#present, entry: this.#entry });
  }

  #endsNow(): readonly WeightedEnd[] {
    const ask = this.#ask();
    if (ask === undefined) {
      const why = "the client is not running, or what it asks for has no address";
      return [{ outcome: { kind: "unknown", why }, chance: 1 }];
    }
    // The way to a place only changes with rules and machines; who is there, with time itself.
    const { proxies, machines } = this.#cluster;
    const key = `${proxies.version} ${machines.version} ${ask.from} ${ask.ip}`;
    if (key !== this.#arrivalsOf) this.#arrivals = arrivalsOf(this.#cluster, this.#worlds, ask);
    this.#arrivalsOf = key;
    return this.#arrivals
      .flatMap((arrival) => this.#ends.of(ask, arrival))
      .map(({ outcome, odds }) => ({ outcome, chance: fractionToNumber(odds) }));
  }
}

function keyOf(ends: readonly WeightedEnd[]): string {
  return ends.map(({ outcome, chance }) => `${chance} ${describeOutcome(outcome)}`).join("\n");
}
