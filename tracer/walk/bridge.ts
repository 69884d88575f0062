import { formatAddress } from "../../engine/net/ip.js";
import type { HostState } from "../host/types.js";
import { unknown } from "../packet/field.js";
import { interfaceNamed, isOwnAddress } from "./address-type.js";
import { assume, endBranch, record, type Branch } from "./branch.js";
import { lookUp } from "./fib.js";
import { flowOf } from "./route.js";
import { readSysctl } from "./sysctls.js";

const PORT_NOT_GIVEN = unknown("the bridge port that it came in by is not given");
const OUT_PORT_NOT_GIVEN = unknown("the bridge port that it leaves by is not given");

/**
 * A packet that comes in by a bridge port is seen by the rules as coming in by the bridge, and only
 * with `bridge-nf-call-iptables` do they know the port. Without it, frames that the bridge passes on
 * by itself meet no rule at all.
 */
export function enterBridge(branch: Branch, host: HostState): void {
  const { packet } = branch;
  const device =
    packet.inInterface === undefined ? undefined : interfaceNamed(host, packet.inInterface);
  const master = device?.master === undefined ? undefined : interfaceNamed(host, device.master);
  if (master?.kind === "bridge") {
    branch.packet = { ...packet, inInterface: master.name, physicalIn: device?.name };
  } else if (device?.kind === "bridge" && packet.physicalIn === undefined) {
    branch.packet = { ...packet, physicalIn: PORT_NOT_GIVEN };
  }
  if (branch.packet.physicalIn === undefined || filtersBridge(branch, host)) return;
  if (isForNeighbour(branch, host)) passOn(branch);
  else branch.packet = { ...branch.packet, physicalIn: undefined };
}

function filtersBridge(branch: Branch, host: HostState): boolean {
  const tables = branch.packet.family === 4 ? "iptables" : "ip6tables";
  return readSysctl(branch, host, `net.bridge.bridge-nf-call-${tables}`) !== 0;
}

function passOn(branch: Branch): void {
  branch.out = branch.packet.inInterface;
  endBranch(branch, "forwarded", "the bridge passes it on without asking iptables");
}

/** The sender put the receiver's own MAC on the frame, as it does for addresses of its subnet. */
function isForNeighbour(branch: Branch, host: HostState): boolean {
  const { packet } = branch;
  if (isOwnAddress(host, packet.destination)) return false;
  return leavesByBridge(branch, host);
}

function leavesByBridge({ packet }: Branch, host: HostState): boolean {
  const found = lookUp(host, flowOf(packet, "lo", undefined));
  if (found.kind !== "route" || found.route.type !== "unicast") return false;
  const [hop] = found.route.hops;
  return hop !== undefined && hop.via === undefined && hop.device === packet.inInterface;
}

/**
 * Whether the packet is bridged and not routed after PREROUTING: it was sent to a neighbour on the
 * bridge, or DNAT made it one (`br_netfilter_hooks.c: br_nf_pre_routing_finish`).
 */
export function isBridged(branch: Branch, host: HostState): boolean {
  const { packet, first } = branch;
  if (packet.physicalIn === undefined || packet.inInterface === undefined) return false;
  if (isOwnAddress(host, packet.destination) || !leavesByBridge(branch, host)) return false;
  if (packet.destination === first.destination) {
    const to = formatAddress(packet.destination);
    assume(branch, `the frame is sent to ${to}'s own MAC`, "as within a subnet");
  }
  return true;
}

/** It goes on to FORWARD as it is, in and out by the bridge, its time to live untouched. */
export function bridge(branch: Branch): void {
  branch.out = branch.packet.inInterface;
  branch.physicalOut = OUT_PORT_NOT_GIVEN;
  const device = branch.out;
  const why = `${device ?? "the bridge"} has the destination behind one of its ports`;
  record(branch, { kind: "routed", decision: "forward", device, route: undefined, why });
}
