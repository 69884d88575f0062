import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import type { Observation } from "./observe.js";
import { injection, type Injection } from "./packets.js";
import type { SeenPacket, WirePacket } from "./wire-format.js";

/**
 * One packet of a conversation. `of` counts back from the latest that came out somewhere: `again`
 * sends it once more from where it came, `reply` answers it from where it arrived, `error`
 * complains about it from there.
 */
export type Turn =
  | { readonly kind: "new"; readonly injection: Injection }
  | { readonly kind: "again" | "reply" | "error"; readonly of: number };

/** A packet that came out, as it was put in and as it arrived. */
export interface Arrived {
  readonly injection: Injection;
  readonly packet: SeenPacket;
  /** The end that it arrived at; `undefined`: the node itself. */
  readonly at: Injection["from"];
}

export function conversation(family: Family): fc.Arbitrary<readonly Turn[]> {
  const earlier = fc.nat({ max: 2 });
  return fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: injection(family).map((made): Turn => ({ kind: "new", injection: made })),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constantFrom(
            "again" as const,
            "reply" as const,
            "reply" as const,
            "error" as const,
          ),
          of: earlier,
        }),
      },
    ),
    { minLength: 1, maxLength: 10, size: "max" },
  );
}

/** What the turn puts in, given what arrived before; `undefined` when there is nothing to answer. */
export function injectionOf(turn: Turn, arrived: readonly Arrived[]): Injection | undefined {
  if (turn.kind === "new") return turn.injection;
  const subject = arrived.at(-1 - turn.of);
  if (subject === undefined) return undefined;
  if (turn.kind === "again") return subject.injection;
  const called = subject.injection.packet.called === true;
  const packet =
    turn.kind === "reply" ? replyTo(subject.packet, !called) : errorAbout(subject.packet);
  return packet === undefined ? undefined : { from: subject.at, packet };
}

export function arrivalOf(
  made: Injection,
  seen: Observation,
  ends: ReadonlyMap<string, Injection["from"]>,
): Arrived | undefined {
  if (seen.packet === undefined) return undefined;
  const at = seen.out === undefined ? undefined : ends.get(seen.out);
  return { injection: made, packet: seen.packet, at };
}

const REPLY_FLAGS: Readonly<Record<string, string>> = {
  syn: "syn,ack",
  "syn,ack": "ack",
  ack: "ack",
};
const REPLY_TYPES: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [13, 14],
  [128, 129],
]);

/** What a polite peer answers; nothing to an ICMP message that asks nothing. */
export function replyTo(packet: SeenPacket, called: boolean): WirePacket | undefined {
  const turned = { source: packet.destination, destination: packet.source };
  switch (packet.protocol) {
    case "tcp":
    case "udp":
    case "sctp":
      return {
        ...turned,
        protocol: packet.protocol,
        sourcePort: packet.destinationPort ?? 0,
        destinationPort: packet.sourcePort ?? 0,
        ...(packet.flags === undefined
          ? {}
          : { flags: REPLY_FLAGS[packet.flags] ?? "ack", called }),
      };
    case "icmp":
    case "icmpv6": {
      const icmpType = REPLY_TYPES.get(packet.icmpType ?? -1);
      if (icmpType === undefined) return undefined;
      return {
        ...turned,
        protocol: packet.protocol,
        icmpType,
        icmpCode: 0,
        icmpId: packet.icmpId ?? 0,
      };
    }
    default:
      return undefined;
  }
}

/** "Host unreachable" from the packet's destination; none about an ICMP error. */
export function errorAbout(packet: SeenPacket): WirePacket | undefined {
  const six = packet.source.includes(":");
  const quoted = asWire(packet);
  if (quoted === undefined) return undefined;
  return {
    protocol: six ? "icmpv6" : "icmp",
    icmpType: six ? 1 : 3,
    icmpCode: six ? 3 : 1,
    source: packet.destination,
    destination: packet.source,
    quoted,
  };
}

/** The same packet to be sent; `undefined` for protocols that cannot be made and for errors. */
function asWire(packet: SeenPacket): WirePacket | undefined {
  const { source, destination, icmpType, icmpCode, icmpId } = packet;
  switch (packet.protocol) {
    case "tcp":
    case "udp":
    case "sctp":
      return {
        source,
        destination,
        protocol: packet.protocol,
        sourcePort: packet.sourcePort ?? 0,
        destinationPort: packet.destinationPort ?? 0,
        ...(packet.flags === undefined ? {} : { flags: packet.flags }),
      };
    case "icmp":
    case "icmpv6":
      return icmpType !== undefined && REPLY_TYPES.has(icmpType)
        ? {
            source,
            destination,
            protocol: packet.protocol,
            icmpType,
            icmpCode: icmpCode ?? 0,
            icmpId: icmpId ?? 0,
          }
        : undefined;
    default:
      return undefined;
  }
}
