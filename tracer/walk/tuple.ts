import { ICMP, ICMPV6 } from "../../engine/net/protocol.js";
import type { Tuple } from "../host/types.js";
import { isUnknown, type Field } from "../packet/field.js";
import { hasPorts } from "../packet/protocols.js";
import type { Packet } from "../packet/types.js";

/** Queries and their answers (`nf_conntrack_proto_icmp.c: invmap`). */
const ANSWERS_4: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
]);
/** `nf_conntrack_proto_icmpv6.c: invmap`. */
const ANSWERS_6: ReadonlyMap<number, number> = new Map([
  [128, 129],
  [129, 128],
  [139, 140],
  [140, 139],
]);

/** The tuple that identifies the packet's connection in the packet's own direction. */
export function tupleOf(packet: Packet): Tuple {
  const { protocol, source, destination } = packet;
  const [sourcePort, destinationPort] = keysOf(packet);
  return { protocol, source, destination, sourcePort, destinationPort };
}

function keysOf(packet: Packet): readonly [Field<number>, Field<number>] {
  if (hasPorts(packet.protocol)) return [packet.sourcePort ?? 0, packet.destinationPort ?? 0];
  if (packet.protocol !== ICMP && packet.protocol !== ICMPV6) return [0, 0];
  const { icmpType = 0, icmpCode = 0, icmpId = 0 } = packet;
  if (isUnknown(icmpType)) return [icmpId, icmpType];
  return [icmpId, icmpType * 256 + (isUnknown(icmpCode) ? 0 : icmpCode)];
}

/** What an answer carries; `undefined` where there are no answers (an ICMP router advertisement). */
export function invert(tuple: Tuple): Tuple | undefined {
  const { protocol, sourcePort, destinationPort } = tuple;
  if (protocol !== ICMP && protocol !== ICMPV6) return turned(tuple, destinationPort, sourcePort);
  if (isUnknown(destinationPort)) return turned(tuple, sourcePort, destinationPort);
  const answers = protocol === ICMP ? ANSWERS_4 : ANSWERS_6;
  const answer = answers.get(destinationPort >> 8);
  if (answer === undefined) return undefined;
  return turned(tuple, sourcePort, answer * 256 + (destinationPort & 255));
}

/** Written out: to spread an object and add to it takes V8 microseconds. */
function turned(
  { protocol, source, destination }: Tuple,
  sourcePort: Field<number>,
  destinationPort: Field<number>,
): Tuple {
  return { protocol, source: destination, destination: source, sourcePort, destinationPort };
}

/** Equal for equal tuples of one zone. */
export function tupleKey(tuple: Tuple, zone: number): string {
  const { protocol, source, destination } = tuple;
  return `${zone} ${protocol} ${source} ${portKey(tuple.sourcePort)} ${destination} ${portKey(tuple.destinationPort)}`;
}

function portKey(port: Field<number>): string {
  return isUnknown(port) ? "?" : String(port);
}

export function samePort(left: Field<number>, right: Field<number>): boolean {
  return left === right;
}

export function sameTuple(left: Tuple, right: Tuple): boolean {
  return (
    left.protocol === right.protocol &&
    left.source === right.source &&
    left.destination === right.destination &&
    samePort(left.sourcePort, right.sourcePort) &&
    samePort(left.destinationPort, right.destinationPort)
  );
}
