import { formatAddress, type Address } from "../../engine/net/ip.js";
import { protocolName } from "../../engine/net/protocol.js";
import { isUnknown, type Field } from "../packet/field.js";
import { TCP_FLAG_BITS, type Packet } from "../packet/types.js";

/**
 * What a user calls an address, as in `pod default/web-1`, or one of its ports, 0 to 65535, of a
 * protocol (6 is TCP); `undefined` for a stranger.
 */
export type Names = (
  address: Address,
  port: number | undefined,
  protocol: number,
) => string | undefined;

export const NO_NAMES: Names = () => undefined;

/** `10.0.0.1:80`, `[fd00::1]:80`, or the address alone where there is no port. */
export function endpointText(address: Address, port: Field<number | undefined>): string {
  const text = formatAddress(address);
  if (port === undefined) return text;
  const shown = isUnknown(port) ? "?" : String(port);
  return typeof address === "number" ? `${text}:${shown}` : `[${text}]:${shown}`;
}

export function sourceText(packet: Packet): string {
  return endpointText(packet.source, packet.sourcePort);
}

export function destinationText(packet: Packet): string {
  return endpointText(packet.destination, packet.destinationPort);
}

/** As `endpointText`, with the name in brackets behind it where there is one. */
export function namedEndpoint(
  address: Address,
  port: Field<number | undefined>,
  { names, protocol }: { readonly names: Names; readonly protocol: number },
): string {
  const name = names(address, isUnknown(port) ? undefined : port, protocol);
  const text = endpointText(address, port);
  return name === undefined ? text : `${text} (${name})`;
}

/** `tcp SYN`, `icmp 8/0`, `udp`. */
export function kindText(packet: Packet): string {
  const name = protocolName(packet.protocol);
  if (typeof packet.tcpFlags === "number") return `${name} ${flagsText(packet.tcpFlags)}`;
  if (typeof packet.icmpType === "number") {
    return `${name} ${packet.icmpType}/${typeof packet.icmpCode === "number" ? packet.icmpCode : "?"}`;
  }
  return name;
}

function flagsText(flags: number): string {
  const up = Object.entries(TCP_FLAG_BITS).filter(([, bit]) => (flags & bit) !== 0);
  return up.length === 0 ? "without flags" : up.map(([name]) => name).join(",");
}
