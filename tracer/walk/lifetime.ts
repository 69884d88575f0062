import { ICMP, ICMPV6, TCP, UDP } from "../../engine/net/protocol.js";
import { UDPLITE } from "../packet/protocols.js";
import type { Packet } from "../packet/types.js";
import type { Branch } from "./branch.js";
import { changeConnection, isTaken, keepConnection, type Tracked } from "./memory.js";
import { readSysctl } from "./sysctls.js";
import { TCP_TIMEOUTS } from "./tcp-tracking.js";
import type { World } from "./world.js";

/** A UDP connection counts as a stream once it is answered after this time (`UDP_STREAM_TS`). */
const STREAM_AFTER_MS = 2000;

const PREFIX = "net.netfilter.nf_conntrack_";

/** A connection with the time it lives from now on; kept in the table when it is there already. */
export function refresh(
  world: World,
  branch: Branch,
  connection: Tracked,
  packet: Packet,
): Tracked {
  const { now } = branch.memory;
  const stream =
    isDatagram(packet.protocol) &&
    connection.seenReply &&
    (connection.since === undefined || now > connection.since + STREAM_AFTER_MS);
  const seconds = lifetimeOf(world, branch, connection, packet.protocol, stream);
  const refreshed = {
    ...connection,
    assured: connection.assured || stream,
    expires: now + seconds * 1000,
  };
  if (connection.confirmed) {
    branch.memory = changeConnection(branch.memory, refreshed);
  }
  return refreshed;
}

function isDatagram(protocol: number): boolean {
  return protocol === UDP || protocol === UDPLITE;
}

function lifetimeOf(
  world: World,
  branch: Branch,
  connection: Tracked,
  protocol: number,
  stream: boolean,
): number {
  const read = (name: string, fallback?: number) =>
    readQuietly(world, branch, `${PREFIX}${name}`, fallback);
  switch (protocol) {
    case TCP: {
      const [state, seconds] = TCP_TIMEOUTS[connection.tcp ?? "NONE"];
      return read(`tcp_timeout_${state}`, seconds);
    }
    case UDP:
    case UDPLITE:
      return stream ? read("udp_timeout_stream") : read("udp_timeout");
    case ICMP:
      return read("icmp_timeout");
    case ICMPV6:
      return read("icmpv6_timeout");
    default:
      return read("generic_timeout");
  }
}

/** A timeout matters only to later packets, so that it is no assumption of this one. */
function readQuietly(
  world: World,
  branch: Branch,
  name: string,
  fallback: number | undefined,
): number {
  const { assumptions } = branch;
  const value = readSysctl(branch, world.host, name, fallback);
  branch.assumptions = assumptions;
  return value;
}

/**
 * Puts a new connection into the table (`__nf_conntrack_confirm`); false when another one already
 * has one of its tuples, which drops the packet.
 */
export function confirm(world: World, branch: Branch): boolean {
  const { tracking } = branch;
  if (tracking.kind !== "tracked" || tracking.connection.confirmed) return true;
  if (tracking.direction === "reply") return true;
  const { id, original, reply, zones } = tracking.connection;
  if (isTaken(branch.memory, original, zones, id) || isTaken(branch.memory, reply, zones, id)) {
    return false;
  }
  const connection = refresh(world, branch, tracking.connection, branch.packet);
  const confirmed = { ...connection, confirmed: true };
  branch.tracking = { ...tracking, connection: confirmed };
  branch.memory = keepConnection(branch.memory, confirmed);
  return true;
}
