import type { Negatable } from "../../engine/iptables/types.js";
import { formatAddress } from "../../engine/net/ip.js";
import { formatPrefix } from "../../engine/net/prefix.js";
import { protocolName } from "../../engine/net/protocol.js";
import { describeMatch } from "../match/describe.js";
import { isUnknown, type Field } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { wantedPorts } from "./aspects.js";
import type { NearMiss } from "./near-miss.js";
import type { NotEntered } from "./not-entered.js";

/** `nat KUBE-SERVICES rule 12 is for this address, but for port 8081/tcp; yours is 80/udp`. */
export function describeNearMiss(miss: NearMiss): string {
  const { table, chain, rule } = miss.at;
  return `${table} ${chain} rule ${rule} is ${likeness(miss)}, but ${difference(miss)}`;
}

/** The rule inside, then the rule that leads to its chain and why it did not. */
export function describeNotEntered({ rule: { at, definition }, gate }: NotEntered): string {
  const inside = { ...gate, at, definition };
  const { table, chain, rule } = gate.at;
  return (
    `${at.table} ${at.chain} rule ${at.rule} is for ${wantedTransport(inside)}, but its chain is entered by ` +
    `${table} ${chain} rule ${rule}, which is ${difference(gate)}`
  );
}

function likeness({ addressHolds, portHolds, failed }: NearMiss): string {
  // A port of another protocol is another port.
  const port = failed.kind === "transport" ? "port number" : "port";
  if (addressHolds && portHolds) return `for this address and ${port}`;
  if (addressHolds) return "for this address";
  return portHolds ? `for this ${port}` : "for packets like this";
}

function difference(miss: NearMiss): string {
  const { failed, packet } = miss;
  switch (failed.kind) {
    case "transport":
      return `for ${wantedTransport(miss)}; yours is ${ownTransport(packet)}`;
    case "source":
      return `${asks(failed.wanted)} source ${formatPrefix(failed.wanted.value)}; yours is ${formatAddress(packet.source)}`;
    case "destination":
      return `${asks(failed.wanted)} destination ${formatPrefix(failed.wanted.value)}; yours is ${formatAddress(packet.destination)}`;
    case "in-interface":
      return `${asks(failed.wanted)} packets that came by ${failed.wanted.value}; yours ${cameBy(packet)}`;
    case "out-interface":
      return `${asks(failed.wanted)} packets that leave by ${failed.wanted.value}`;
    case "match": {
      const words = describeMatch(failed.match, packet);
      return `asks for ${words}${ownValue(miss)}`;
    }
  }
}

function asks({ not }: Negatable<unknown>): string {
  return not ? "not for" : "for";
}

function wantedTransport({ definition, packet }: NearMiss): string {
  const { protocol } = definition;
  const ports = wantedPorts(definition).map(({ min, max }) =>
    min === max ? `${min}` : `${min}-${max}`,
  );
  const name =
    protocol === undefined ? "" : `${protocol.not ? "not " : ""}${protocolName(protocol.value)}`;
  if (ports.length > 0) return `port ${ports.join(", ")}${name === "" ? "" : `/${name}`}`;
  const others = definition.matches
    .filter((match) => ["tcp", "udp", "sctp", "icmp", "icmp6", "multiport"].includes(match.name))
    .map((match) => describeMatch(match, packet));
  return [name, ...others].filter((part) => part !== "").join(" ");
}

function ownTransport({ protocol, destinationPort }: Packet): string {
  const name = protocolName(protocol);
  return destinationPort === undefined ? name : `${portText(destinationPort)}/${name}`;
}

function portText(port: Field<number>): string {
  return isUnknown(port) ? "an unknown port" : String(port);
}

function cameBy({ inInterface }: Packet): string {
  return inInterface === undefined ? "is made by the node itself" : `came by ${inInterface}`;
}

function ownValue({ failed, packet, states }: NearMiss): string {
  if (failed.kind !== "match") return "";
  if (failed.match.name === "mark") return `; its mark is 0x${packet.mark.toString(16)}`;
  if (failed.match.name === "conntrack" || failed.match.name === "state") {
    return states.length === 0 ? "" : `; it is ${states.join(", ")}`;
  }
  return "";
}
