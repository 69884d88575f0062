import fc, { type Arbitrary } from "fast-check";
import type { Belief } from "../../engine/services/types.js";
import { familyOf, parseAddress, type Address } from "../../engine/net/ip.js";
import { parsePrefix } from "../../engine/net/prefix.js";
import { protocolNumber } from "../../engine/net/protocol.js";
import { makePacket } from "../../tracer/packet/make.js";
import type { Packet } from "../../tracer/packet/types.js";
import type { Setting } from "./cluster.js";

/** Where packets come from: this node's Pods, Pods that serve, beyond the node, the node itself. */
export const SENDERS = ["pod", "endpoint", "outside", "node"] as const;
export type Sender = (typeof SENDERS)[number];

/** An address and port that a Service is reached by. */
export interface Front {
  readonly kind: "cluster" | "node-port" | "external";
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
  /** How many endpoints share its packets; `undefined`: that takes more than counting them. */
  readonly shared: number | undefined;
}

/** Ephemeral ports of Linux. */
const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;

/** Every way in that the rules have, in the order of the Services. */
export function frontsOf(beliefs: readonly Belief[], setting: Setting): readonly Front[] {
  const family = setting.setup.flags.family;
  const own = nodeAddress(setting);
  return beliefs.flatMap((belief) => {
    const { port } = belief;
    const protocol = protocolNumber(port.protocol) ?? 0;
    const front = (kind: Front["kind"], text: string): readonly Front[] => {
      const address = parseAddress(text);
      if (address === undefined || familyOf(address) !== family) return [];
      const shared = kind === "cluster" ? sharedBy(belief) : undefined;
      return [{ kind, protocol, address, port: port.port, shared }];
    };
    const byNode =
      port.nodePort === 0 || own === undefined
        ? []
        : [
            {
              kind: "node-port" as const,
              protocol,
              address: own,
              port: port.nodePort,
              shared: undefined,
            },
          ];
    return [
      ...front("cluster", port.clusterIP),
      ...[...port.externalIPs, ...port.loadBalancerVIPs].flatMap((text) => front("external", text)),
      ...byNode,
    ];
  });
}

/** All are ready, and neither traffic policy nor zone hints choose among them. */
function sharedBy({ port, endpoints }: Belief): number | undefined {
  const plain = endpoints.every(({ from }) => from.ready && from.zoneHints.length === 0);
  return plain && !port.internalPolicyLocal ? endpoints.length : undefined;
}

/** What is free about a first packet to a given way in. */
export interface Details {
  readonly sender: Sender;
  /** Which of the sender's addresses. */
  readonly who: number;
  readonly sourcePort: number;
}

export function detailsArbitrary(senders: readonly Sender[]): Arbitrary<Details> {
  return fc.record({
    sender: fc.constantFrom(...senders),
    who: fc.nat(0xffff),
    sourcePort: fc.integer({ min: FIRST_PORT, max: LAST_PORT }),
  });
}

/** The first packet of a connection to this way in. */
export function packetTo(
  front: Front,
  { sender, who, sourcePort }: Details,
  setting: Setting,
  endpoints: readonly Address[],
): Packet {
  return makePacket({
    protocol: front.protocol,
    source: sourceOf(sender, who, setting, endpoints),
    destination: front.address,
    sourcePort,
    destinationPort: front.port,
    inInterface: deviceOf(sender),
  });
}

function deviceOf(sender: Sender): string | undefined {
  switch (sender) {
    case "pod":
      return "cni0";
    case "endpoint":
    case "outside":
      return "eth0";
    case "node":
      return undefined;
  }
}

function sourceOf(
  sender: Sender,
  who: number,
  setting: Setting,
  endpoints: readonly Address[],
): Address {
  const six = setting.setup.flags.family === 6;
  switch (sender) {
    case "pod":
      return plus(podRange(setting), 2 + (who % 250));
    case "endpoint":
      return endpoints[who % endpoints.length] ?? plus(podRange(setting), 2);
    case "outside":
      return six ? addressOf("2001:db8:9::7") : plus(addressOf("198.51.100.0"), 1 + (who % 250));
    case "node":
      return nodeAddress(setting) ?? addressOf(six ? "::1" : "127.0.0.1");
  }
}

function plus(address: Address, count: number): Address {
  return typeof address === "number" ? address + count : address + BigInt(count);
}

function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

function podRange({ podRanges }: Setting): Address {
  const range = parsePrefix(podRanges[0] ?? "");
  if (range === undefined) throw new Error(`${podRanges[0]} is no range`);
  return range.address;
}

function nodeAddress({ host, setup }: Setting): Address | undefined {
  return host.interfaces.value
    .find(({ name }) => name === "eth0")
    ?.addresses.map(({ address }) => address)
    .find((address) => familyOf(address) === setup.flags.family);
}
