import type { ClusterMatch } from "../../engine/iptables/extensions/cluster.js";
import { unknown } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import { addressWords } from "../walk/nat-address.js";
import { jhash2, reciprocalScale } from "../walk/jhash.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/**
 * `xt_cluster.c: xt_cluster_mt`: a hash of the connection's first source chooses a node, of IPv6
 * of its first 32 bits alone (`NF_CT_TUPLE_L3SIZE` counts words already). A packet of no connection matches
 * neither plainly nor negated; a related connection goes where its master went.
 */
export function clusterMatches({ nodes, total, seed }: ClusterMatch, { tracking }: Branch): Truth {
  if (tracking.kind !== "tracked" || nodes === undefined) return "no";
  const { original, master } = tracking.connection;
  if (master !== undefined) return unknown("the connection that this one belongs to is not given");
  const hash = jhash2(addressWords(original.source).slice(0, 1), seed ?? 0);
  const node = reciprocalScale(hash, total ?? 1);
  return negatedIf(nodes.not, truth(Math.floor(nodes.value / 2 ** node) % 2 === 1));
}
