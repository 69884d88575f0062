import { formatAddress } from "../../engine/net/ip.js";
import { protocolName } from "../../engine/net/protocol.js";
import type { Packet } from "../../tracer/packet/types.js";

/** As in `tcp 10.0.0.5 32768 -> 172.16.0.1 80 by cni0`. */
export function describePacket(packet: Packet): string {
  const { protocol, source, sourcePort, destination, destinationPort, inInterface } = packet;
  const from = `${formatAddress(source)} ${portText(sourcePort)}`;
  const to = `${formatAddress(destination)} ${portText(destinationPort)}`;
  const by = inInterface === undefined ? "of the node's own" : `by ${inInterface}`;
  return `${protocolName(protocol) ?? protocol} ${from} -> ${to} ${by}`;
}

/** A port that is not known, as after `--random-fully`, is 0, as a batch has it. */
export function portText(port: unknown): string {
  return typeof port === "number" ? String(port) : "0";
}
