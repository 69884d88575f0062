import { fromWire } from "./walk-packet.js";
import { parseDump, lastRuleset } from "../../../engine/iptables/parse.js";
import type { Family } from "../../../engine/net/ip.js";
import { everyWay } from "../../../tracer/choose/fork.js";
import { defaultHost } from "../../../tracer/host/default-host.js";
import { readSnapshot } from "../../../tracer/host/read-snapshot.js";
import { SNAPSHOT_COMMAND } from "../../../tracer/host/snapshot.js";
import { given, type HostState } from "../../../tracer/host/types.js";
import { linkRules } from "../../../tracer/walk/link.js";
import { memoryOf, type Memory } from "../../../tracer/walk/memory.js";
import { walkAnswer } from "../../../tracer/walk/reply.js";
import { walk, type Outcome } from "../../../tracer/walk/walk.js";
import { trackingReason, type World } from "../../../tracer/walk/world.js";
import type { Backend, KernelNode, WireSpec } from "./node.js";
import type { WirePacket } from "./wire-format.js";

/** The node as its own snapshot tells of it, with everything that it does not tell known to be empty. */
export async function hostOf(node: KernelNode): Promise<HostState> {
  const text = await node.command(["sh", "-c", SNAPSHOT_COMMAND]);
  const { value, faults } = readSnapshot(text, "node.snapshot", defaultHost());
  if (faults.length > 0) throw new Error(`the snapshot is bad: ${JSON.stringify(faults)}`);
  return {
    ...value.host,
    connections: given([]),
    recent: given(new Map()),
    tracksConnections: given(false),
    now: given(Date.now()),
  };
}

/** The same rules as the kernel has, read by our own parser, on the same host. */
export class WalkedNode {
  readonly #world: World;
  readonly #wires: readonly WireSpec[];

  constructor(
    host: HostState,
    text: string,
    backend: Backend,
    family: Family,
    wires: readonly WireSpec[],
  ) {
    const ruleset = lastRuleset(parseDump(text, { family }).value, family);
    this.#world = { family, rules: [linkRules(ruleset, backend)], host, statements: [] };
    this.#wires = wires;
  }

  /** What comes in pieces is put together before any rule sees it. */
  get tracks(): boolean {
    return trackingReason(this.#world) !== undefined;
  }

  /** A node that no packet has passed yet. */
  fresh(): Memory {
    return memoryOf(this.#world.host);
  }

  /** All that may become of the packet. */
  outcomes(packet: WirePacket, from: string | undefined, memory: Memory): readonly Outcome[] {
    const at = this.#wires.findIndex(({ end }) => end === from);
    const wire = this.#wires[at];
    if (wire === undefined && from !== undefined) throw new Error(`no wire leads to ${from}`);
    const mac = wire === undefined ? undefined : `02:00:00:00:0${at + 1}:02`;
    return walk(this.#world, memory, fromWire(packet, wire?.device, mac), { chooser: everyWay });
  }

  /**
   * All that may become of what the node itself answers to the packet, each with the node's answer
   * to that, and so on; empty: it does not answer.
   */
  answers(outcome: Outcome): readonly (readonly Outcome[])[] {
    return walkAnswer(this.#world, outcome).flatMap((answer) => {
      const further = this.answers(answer);
      return further.length === 0 ? [[answer]] : further.map((more) => [answer].concat(more));
    });
  }
}
