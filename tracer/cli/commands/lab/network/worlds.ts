import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Family } from "../../../../../engine/net/ip.js";
import type { Ruleset } from "../../../../../engine/iptables/types.js";
import { hostOfNodes } from "../../../../host/from-nodes.js";
import type { HostState } from "../../../../host/types.js";
import { linkRules, type LinkedRules } from "../../../../walk/link.js";
import { memoryOf, type Memory } from "../../../../walk/memory.js";
import { makeWorld, type World } from "../../../../walk/world.js";
import { rulesOfNode } from "./rules.js";

/** A node as packets of one family meet it. */
export interface NodeWorld {
  readonly world: World;
  readonly memory: Memory;
}

/** Makes the worlds of nodes, and keeps the parts that do not change. */
export class Worlds {
  readonly #cluster: Cluster;
  readonly #linked = new WeakMap<Ruleset, LinkedRules>();
  readonly #hosts = new Map<string, HostState>();
  #hostsOf = -1;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  of(node: string, family: Family): NodeWorld | undefined {
    const ruleset = rulesOfNode(this.#cluster, node, family);
    if (ruleset === undefined) return undefined;
    const linked = this.#linked.get(ruleset) ?? linkRules(ruleset);
    this.#linked.set(ruleset, linked);
    const host = this.#hostOf(node);
    return { world: makeWorld({ rules: [linked], host }), memory: memoryOf(host) };
  }

  /** Addresses and routes follow from the Node objects; they change only with those. */
  #hostOf(node: string): HostState {
    const nodes = this.#cluster.api.cache.list("nodes");
    if (this.#hostsOf !== nodes.length) this.#hosts.clear();
    this.#hostsOf = nodes.length;
    const known = this.#hosts.get(node);
    if (known !== undefined) return known;
    const made = hostOfNodes(nodes, node).value;
    this.#hosts.set(node, made);
    return made;
  }
}
