import type { Cluster } from "../../../../../engine/control-plane/cluster.js";
import type { Family } from "../../../../../engine/net/ip.js";
import type { Ruleset } from "../../../../../engine/iptables/types.js";

/** One family's rules in a node's kernel now; `undefined` when there is no such machine. */
export function rulesOfNode(cluster: Cluster, node: string, family: Family): Ruleset | undefined {
  const machine = cluster.machines.get(node);
  if (machine === undefined) return undefined;
  const { programmed } = cluster.proxies.stateOf(node);
  return cluster.rules.rulesFor(programmed, machine, family);
}
