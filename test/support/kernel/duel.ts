import type { Family } from "../../../engine/net/ip.js";
import type { HostState } from "../../../tracer/host/types.js";
import { describeDifference, matching } from "./compare.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import type { Observation } from "./observe.js";
import { KernelNode, type Backend, type Topology } from "./node.js";
import type { Injection } from "./packets.js";
import { hostOf, WalkedNode } from "./walked.js";

/** Something that packets leave behind in the rules themselves, which only a reload takes away. */
const STATEFUL = /--mode nth|-m recent|-m limit|-m hashlimit|-m quota|-m connlimit/;

/** A packet of which the kernel made something that we did not foresee. */
export interface Difference {
  readonly text: string;
  readonly injection: Injection;
  readonly outcomes: readonly Outcome[];
  readonly seen: Observation;
}

export function differenceText({ text, injection, outcomes, seen }: Difference): string {
  return `${text}\n${JSON.stringify(injection)}\n${describeDifference(outcomes, seen)}`;
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

  /** A reload keeps recent lists and connections: they go here. */
  async #forget(text: string): Promise<void> {
    await this.node.forgetConnections();
    for (const [, name] of new Set(text.matchAll(/-m recent --name (\S+)/g))) {
      await this.node.write(`/proc/net/xt_recent/${name}`, "/");
    }
  }
}
