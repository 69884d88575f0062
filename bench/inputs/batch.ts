import { batchOf, type PacketBatch } from "../../tracer/program/batch.js";
import type { Packet } from "../../tracer/packet/types.js";
import type { Scene } from "./scene.js";

/** New connections in a timed batch: more than a processor's caches hold of them. */
export const BATCH_PACKETS = 65_536;

/** From the node's Pods to the cluster IPs of all Services alike. */
export function podBatch(scene: Scene, count = BATCH_PACKETS): PacketBatch {
  return batchOrThrow(scene, scene.packets(count, ["pod"], scene.clusterFronts));
}

/** From and to everywhere: node ports, the node's own packets, Pods that call themselves. */
export function mixedBatch(scene: Scene, count = BATCH_PACKETS): PacketBatch {
  return batchOrThrow(scene, scene.packets(count));
}

/** From the node's Pods to the last Service, for which the kernel tries all rules. */
export function lastBatch(scene: Scene, count = BATCH_PACKETS): PacketBatch {
  return batchOrThrow(scene, scene.packets(count, ["pod"], scene.clusterFronts.slice(-1)));
}

function batchOrThrow({ ruleset }: Scene, packets: readonly Packet[]): PacketBatch {
  const batch = batchOf(ruleset.family, packets);
  if (batch === undefined) throw new Error("the packets do not fit into a batch");
  return batch;
}
