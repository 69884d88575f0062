import type { HostState } from "../host/types.js";
import { isUnknown, unknown, type Field } from "../packet/field.js";
import type { Branch } from "./branch.js";
import { lookUp } from "./fib.js";
import { flowOf } from "./route.js";

/** What the lower half of the two realms stays below. */
const HALF = 2 ** 16;

/**
 * Realms of the packet's route (`dst->tclassid`), the source's in the upper half: of a packet from
 * outside the source's is the realm of the way back to it (`fib_combine_itag`, `set_class_tag`).
 */
export function realmsOf(host: HostState, branch: Branch): Field<number> {
  if (host.routingRules[4].value.some(({ realms }) => realms !== undefined)) {
    return unknown("which routing rule gave the packet's route its realms is not followed");
  }
  const { chosen, looped, packet } = branch;
  const own = chosen?.route.realms ?? 0;
  if (isUnknown(own) || packet.inInterface === undefined || looped || own >= HALF) return own;
  const source = sourceRealm(host, branch, packet.inInterface);
  return isUnknown(source) ? source : own + (source % HALF) * HALF;
}

function sourceRealm(host: HostState, { packet }: Branch, device: string): Field<number> {
  if (!host.routes.value.some(({ realms }) => realms !== undefined)) return 0;
  const back = lookUp(host, {
    ...flowOf(packet, device, packet.destination),
    destination: packet.source,
    mark: 0,
  });
  return back.kind === "route" ? (back.route.realms ?? 0) : 0;
}
