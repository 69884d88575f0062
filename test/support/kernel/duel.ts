import type { Family } from "../../../engine/net/ip.js";
import type { HostState } from "../../../tracer/host/types.js";
import { later, type Memory } from "../../../tracer/walk/memory.js";
import { describeDifference, fitting, type Fit } from "./compare.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import type { Observation, ObservedStep } from "./observe.js";
import { countedSteps } from "./counted.js";
import { learnPorts } from "./learn.js";
import { KernelNode, type Backend, type Topology } from "./node.js";
import { arrivalOf, injectionOf, type Arrived, type Turn } from "./conversation.js";
import type { Injection } from "./packets.js";
import { hostOf, WalkedNode } from "./walked.js";
import type { WirePacket } from "./wire-format.js";

/** Something that packets leave behind in the rules themselves, which only a reload takes away. */
const STATEFUL = /--mode nth|-m recent|-j SET|-m limit|-m hashlimit|-m quota|-m connlimit/;

/** A packet of which the kernel made something that we did not foresee. */
export interface Difference {
  readonly text: string;
  /** What was sent, the packet in question last. */
  readonly sent: readonly Injection[];
  /** What is different, in words. */
  readonly report: string;
}

export function differenceText({ text, sent, report }: Difference): string {
  return `${text}\n${sent.map((packet) => JSON.stringify(packet)).join("\n")}\n${report}`;
}

/** Where several of our outcomes look alike from outside, all are remembered, up to so many. */
const MOST_MEMORIES = 8;

/**
 * The node's own programs answer what is delivered to a closed port or asks for an echo: such an
 * answer is a packet of its own, which changes connections and counters.
 */
function answersItself({ verdict, packet }: Observation): boolean {
  return verdict === "delivered" && packet?.protocol !== "sctp";
}

/** One packet through both. */
export interface Exchange {
  readonly seen: Observation;
  /** Our outcomes that are what happened. */
  readonly fits: readonly Fit[];
  /** How all of our outcomes differ from it, where none fits. */
  readonly report: string | undefined;
}

/** What is done to a node before its state is read. */
export interface Preparation {
  readonly prepare?: (node: KernelNode) => Promise<void>;
  /** Restore input of `ipset`, which may be given again. */
  readonly sets?: string;
}

/**
 * Where nothing puts the pieces of a packet together each would be a packet of its own, and where
 * the node sends them to itself each comes back as one.
 */
function whole(made: Injection, ours: WalkedNode): Injection {
  if (made.packet.pieces === undefined || (ours.tracks && made.from !== undefined)) return made;
  const { pieces: _, ...packet } = made.packet;
  return { ...made, packet };
}

interface Sides {
  readonly node: KernelNode;
  readonly topology: Topology;
  readonly host: HostState;
  readonly backend: Backend;
  readonly family: Family;
  readonly sets: string | undefined;
}

async function loadSets(node: KernelNode, sets: string): Promise<void> {
  await node.command(["ipset", "-exist", "restore"], sets);
}

/** The kernel and our walk side by side: the same host, the same rules, the same packets. */
export class Duel {
  readonly node: KernelNode;
  readonly #topology: Topology;
  readonly #host: HostState;
  readonly #backend: Backend;
  readonly #family: Family;
  readonly #sets: string | undefined;
  /** The rules loaded before, or these, may have changed the sets. */
  #setsChange = false;
  /** Packets compared so far, and rule sets that the real tool refused. */
  compared = 0;
  refused = 0;
  /** How often each rule matched since it was loaded. */
  #matches = new Map<string, number>();

  private constructor({ node, topology, host, backend, family, sets }: Sides) {
    this.node = node;
    this.#topology = topology;
    this.#host = host;
    this.#backend = backend;
    this.#family = family;
    this.#sets = sets;
  }

  static async create(
    topology: Topology,
    backend: Backend,
    family: Family,
    { sets, prepare }: Preparation = {},
  ): Promise<Duel> {
    const node = await KernelNode.create(topology);
    try {
      await prepare?.(node);
      if (sets !== undefined) await loadSets(node, sets);
      return new Duel({ node, topology, host: await hostOf(node), backend, family, sets });
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.node.close();
  }

  /** The walk's side of the same rules. */
  walked(text: string): WalkedNode {
    const { wires } = this.#topology;
    return new WalkedNode(this.#host, text, this.#backend, this.#family, wires);
  }

  /** Loads the rules; `false` when the real tool refuses them. */
  async load(text: string): Promise<boolean> {
    const complaint = await this.node.load(text, this.#backend, this.#family);
    if (complaint !== undefined) this.refused++;
    await this.node.housekeeping();
    this.#matches = new Map();
    return complaint === undefined;
  }

  /** Sends the packet; returns those of our outcomes that fit, or how all of them differ. */
  async exchange(
    ours: WalkedNode,
    { packet, from }: Injection,
    memories: readonly Memory[],
  ): Promise<Exchange> {
    const outcomes = memories.flatMap((memory) => ours.outcomes(packet, from, memory));
    const seen = await this.#watch({ packet, from }, outcomes);
    const answering = (outcome: Outcome) => ours.answers(outcome);
    this.compared++;
    const fits = fitting(outcomes, seen, answering);
    const [fit] = fits;
    if (fit === undefined) {
      return { seen, fits, report: describeDifference(outcomes, seen, answering) };
    }
    this.#count(fit.outcome.path.steps);
    this.#count(seen.otherSteps);
    return { seen, fits, report: undefined };
  }

  async #watch({ packet, from }: Injection, outcomes: readonly Outcome[]): Promise<Observation> {
    if (this.#isTold(packet)) return this.node.send(packet, from);
    const before = await this.node.counters(this.#family);
    const seen = await this.node.send(packet, from);
    const after = await this.node.counters(this.#family);
    return { ...seen, steps: countedSteps(before, after, outcomes) };
  }

  /**
   * Sends every packet as the first one that the node sees, and tells of the first where what the
   * kernel did is none of our outcomes.
   */
  async fightApart(
    text: string,
    injections: readonly Injection[],
  ): Promise<Difference | undefined> {
    if (!(await this.load(text))) return undefined;
    const ours = this.walked(text);
    let first = true;
    for (const made of injections) {
      const injection = whole(made, ours);
      if (!first && STATEFUL.test(text)) await this.load(text);
      await this.#forget(text);
      first = false;
      const { report } = await this.exchange(ours, injection, [ours.fresh()]);
      if (report !== undefined) return { text, sent: [injection], report };
    }
    return this.#differenceOfCounters(text, injections);
  }

  /**
   * Sends the packets of a conversation one after another through a node that remembers, and tells
   * of the first that goes otherwise than our walk, which remembers too.
   */
  async fightTogether(text: string, turns: readonly Turn[]): Promise<Difference | undefined> {
    if (!(await this.load(text))) return undefined;
    await this.#forget(text);
    const ours = this.walked(text);
    const arrived: Arrived[] = [];
    const sent: Injection[] = [];
    let memories: readonly Memory[] = [ours.fresh()];
    let clock = Date.now();
    for (const turn of turns) {
      const made = injectionOf(turn, arrived);
      if (made === undefined) continue;
      const injection = whole(made, ours);
      sent.push(injection);
      const now = Date.now();
      memories = memories.map((memory) => later(memory, now - clock));
      clock = now;
      const { seen, fits, report } = await this.exchange(ours, injection, memories);
      if (report !== undefined) return { text, sent, report };
      memories = fits.slice(0, MOST_MEMORIES).map(({ memory }) => learnPorts(memory, seen.packet));
      const arrival = arrivalOf(injection, seen, this.#ends());
      if (arrival !== undefined) arrived.push(arrival);
      if (answersItself(seen)) break;
    }
    return this.#differenceOfCounters(text, sent);
  }

  #count(steps: readonly ObservedStep[]): void {
    for (const { table, chain, rule } of steps) {
      const place = `${table} ${chain} ${rule}`;
      this.#matches.set(place, (this.#matches.get(place) ?? 0) + 1);
    }
  }

  /** The rules' own counters against how often each matched since the last load, as we have it. */
  async #differenceOfCounters(
    text: string,
    sent: readonly Injection[],
  ): Promise<Difference | undefined> {
    const counters = await this.node.counters(this.#family);
    this.#count(await this.node.housekeeping());
    const wrong = [...counters]
      .map(([place, count]) => ({ place, count, ours: this.#matches.get(place) ?? 0 }))
      .filter(({ count, ours }) => count !== ours)
      .map(({ place, count, ours }) => `${place} matched ${count} times, ours ${ours}`);
    return wrong.length === 0 ? undefined : { text, sent, report: wrong.join("\n") };
  }

  /** The kernel's nft trace says nothing of further IPv6 fragments, whose header it cannot find. */
  #isTold({ fragment }: WirePacket): boolean {
    const further = fragment !== undefined && fragment.offset > 0;
    return !further || this.#family === 4 || this.#backend === "legacy";
  }

  #ends(): ReadonlyMap<string, Injection["from"]> {
    return new Map(
      this.#topology.wires.map(({ device, end }) => [device, end === "pod" ? "pod" : "outside"]),
    );
  }

  /** A reload keeps recent lists, connections and sets: they go here. */
  async #forget(text: string): Promise<void> {
    await this.node.forgetConnections();
    if (this.#sets !== undefined && this.#setsChange) await loadSets(this.node, this.#sets);
    this.#setsChange = text.includes("-j SET");
    for (const [, name] of new Set(text.matchAll(/-m recent --name (\S+)/g))) {
      await this.node.write(`/proc/net/xt_recent/${name}`, "/");
    }
  }
}
