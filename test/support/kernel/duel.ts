import type { Family } from "../../../engine/net/ip.js";
import type { HostState } from "../../../tracer/host/types.js";
import { later, type Memory } from "../../../tracer/walk/memory.js";
import { contradictions, describeDifference, matching } from "./compare.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import type { Observation } from "./observe.js";
import { learnPorts } from "./learn.js";
import { KernelNode, type Backend, type Topology } from "./node.js";
import { arrivalOf, injectionOf, type Arrived, type Turn } from "./conversation.js";
import type { Injection } from "./packets.js";
import { hostOf, WalkedNode } from "./walked.js";

/** Something that packets leave behind in the rules themselves, which only a reload takes away. */
const STATEFUL = /--mode nth|-m recent|-m limit|-m hashlimit|-m quota|-m connlimit/;

/** A packet of which the kernel made something that we did not foresee. */
export interface Difference {
  readonly text: string;
  readonly injection: Injection;
  /** What was sent before in the same conversation. */
  readonly before?: readonly Injection[];
  readonly outcomes: readonly Outcome[];
  readonly seen: Observation;
}

export function differenceText(difference: Difference): string {
  const { text, injection, before = [], outcomes, seen } = difference;
  const packets = [...before, injection].map((packet) => JSON.stringify(packet)).join("\n");
  return `${text}\n${packets}\n${describeDifference(outcomes, seen)}`;
}

/** Where several of our outcomes look alike from outside, all are remembered, up to so many. */
const MOST_MEMORIES = 8;

/**
 * The node's own protocols answer what is delivered to a closed port or asks for an echo, and rules
 * and routes reject: such an answer is a packet of its own, which changes connections and counters.
 */
function answersItself({ verdict, packet, answers }: Observation): boolean {
  return answers.length > 0 || (verdict === "delivered" && packet?.protocol !== "sctp");
}

/** The kernel and our walk side by side: the same host, the same rules, the same packets. */
export class Duel {
  readonly node: KernelNode;
  readonly #topology: Topology;
  readonly #host: HostState;
  readonly #backend: Backend;
  readonly #family: Family;
  /** Packets compared so far, and rule sets that the real tool refused. */
  compared = 0;
  refused = 0;

  private constructor(
    node: KernelNode,
    topology: Topology,
    host: HostState,
    backend: Backend,
    family: Family,
  ) {
    this.node = node;
    this.#topology = topology;
    this.#host = host;
    this.#backend = backend;
    this.#family = family;
  }

  static async create(topology: Topology, backend: Backend, family: Family): Promise<Duel> {
    const node = await KernelNode.create(topology);
    try {
      return new Duel(node, topology, await hostOf(node), backend, family);
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
    return complaint === undefined;
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
    for (const injection of injections) {
      if (!first && STATEFUL.test(text)) await this.load(text);
      await this.#forget(text);
      first = false;
      const seen = await this.node.send(injection.packet, injection.from);
      const outcomes = ours.outcomes(injection.packet, injection.from, ours.fresh());
      this.compared++;
      if (matching(outcomes, seen) === undefined) return { text, injection, outcomes, seen };
    }
    return undefined;
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
      const injection = injectionOf(turn, arrived);
      if (injection === undefined) continue;
      sent.push(injection);
      const now = Date.now();
      memories = memories.map((memory) => later(memory, now - clock));
      clock = now;
      const seen = await this.node.send(injection.packet, injection.from);
      const outcomes = memories.flatMap((memory) =>
        ours.outcomes(injection.packet, injection.from, memory),
      );
      this.compared++;
      const fitting = outcomes.filter((outcome) => contradictions(outcome, seen).length === 0);
      if (fitting.length === 0)
        return { text, injection, before: sent.slice(0, -1), outcomes, seen };
      memories = fitting
        .slice(0, MOST_MEMORIES)
        .map(({ memory }) => learnPorts(memory, seen.packet));
      const arrival = arrivalOf(injection, seen, this.#ends());
      if (arrival !== undefined) arrived.push(arrival);
      if (answersItself(seen)) return undefined;
    }
    return undefined;
  }

  #ends(): ReadonlyMap<string, Injection["from"]> {
    return new Map(
      this.#topology.wires.map(({ device, end }) => [device, end === "pod" ? "pod" : "outside"]),
    );
  }

  /** A reload keeps recent lists and connections: they go here. */
  async #forget(text: string): Promise<void> {
    await this.node.forgetConnections();
    for (const [, name] of new Set(text.matchAll(/-m recent --name (\S+)/g))) {
      await this.node.write(`/proc/net/xt_recent/${name}`, "/");
    }
  }
}
