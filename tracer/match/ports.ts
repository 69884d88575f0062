import type { Negatable } from "../../engine/iptables/types.js";
import type { Range } from "../../engine/iptables/extensions/codecs.js";
import { isUnknown, unknown, type Field, type Unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { Backend } from "../walk/link.js";
import { isFurther } from "./header.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** Whether a number is in the range that a rule asks for; an open question stays open. */
export function inRange(
  wanted: Negatable<Range> | undefined,
  value: Field<number | undefined>,
): Truth {
  if (wanted === undefined) return "yes";
  if (value === undefined) return "no";
  if (isUnknown(value)) return coversAll(wanted.value) ? truth(!wanted.not) : value;
  const { min, max } = wanted.value;
  return negatedIf(wanted.not, truth(value >= min && value <= max));
}

function coversAll({ min, max }: Range): boolean {
  return min === 0 && max === 65535;
}

/**
 * What a match on a transport header says of a packet without that header: of another protocol no;
 * of a further fragment no with the legacy backend, while nft reads payload octets in its place.
 * `undefined`: the header is there.
 */
export function withoutHeader(
  packet: Packet,
  protocol: number,
  backend: Backend | undefined,
): Truth | undefined {
  if (packet.protocol !== protocol) return "no";
  if (!isFurther(packet)) return undefined;
  return backend === "nft"
    ? unknown("the nft backend reads a further fragment's payload as its ports")
    : "no";
}

const IPV4_AND_TCP = 40;

/**
 * What a match says that reads a TCP header without asking whether the packet is a further fragment:
 * `short` where there are too few octets for one.
 */
export function payloadAsHeader<T>({ family, length }: Packet, short: T): T | Unknown {
  if (family === 4 && !isUnknown(length) && length < IPV4_AND_TCP) return short;
  return unknown("the kernel reads a further fragment's payload as its TCP header");
}

/** `--sport` and `--dport` of tcp, udp, sctp and udplite. */
export function portsMatch(
  wanted: { readonly sport?: Negatable<Range>; readonly dport?: Negatable<Range> },
  packet: Packet,
): Truth {
  return all([
    inRange(wanted.sport, packet.sourcePort),
    inRange(wanted.dport, packet.destinationPort),
  ]);
}
