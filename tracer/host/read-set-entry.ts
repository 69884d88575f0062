import { parseAddressOf, widthOf, type Address, type Family } from "../../engine/net/ip.js";
import { allOnes, maskOfLength, parsePrefix, type Prefix } from "../../engine/net/prefix.js";
import { ICMP, ICMPV6, TCP, protocolNumber } from "../../engine/net/protocol.js";
import { icmpOfSet } from "./set-icmp-names.js";
import type { IpSet, SetDimension, SetPart } from "./types.js";

/** What an entry's text means depends on these of its set. */
export type SetShape = Pick<IpSet, "type" | "dimensions" | "family"> & {
  /** Packets' addresses are cut to this before they are looked up. */
  readonly mask: Address;
};

/** The parts of `10.0.0.0/8,tcp:80`, or what is wrong with it. */
export function readSetElement(text: string, set: SetShape): readonly SetPart[] | string {
  const words = text.split(",");
  const shortened = set.type === "bitmap:ip,mac" && words.length === 1;
  if (words.length !== set.dimensions.length && !shortened) {
    return `"${text}" has ${words.length} parts, a ${set.type} has ${set.dimensions.length}`;
  }
  const parts = words.map((word, at) => READERS[set.dimensions[at] ?? "ip"](word, set));
  const strange = parts.find((part) => typeof part === "string");
  return strange ?? parts.filter((part) => typeof part !== "string");
}

const READERS: Readonly<Record<SetDimension, (text: string, set: SetShape) => SetPart | string>> = {
  ip: readAddresses,
  net: readAddresses,
  port: readPorts,
  mac: (text) => ({ kind: "mac", mac: text.toLowerCase() }),
  iface: (text) =>
    text.startsWith("physdev:")
      ? { kind: "interface", name: text.slice("physdev:".length), physical: true }
      : { kind: "interface", name: text, physical: false },
  mark: (text) =>
    /^(?:0x[0-9a-f]+|\d+)$/i.test(text)
      ? { kind: "mark", value: Number(text) }
      : `"${text}" is no mark`,
  set: (text) => ({ kind: "set", name: text }),
};

function readAddresses(text: string, { family, mask }: SetShape): SetPart | string {
  const wrong = `"${text}" is no IPv${family} address, prefix or range`;
  const dash = text.indexOf("-");
  if (dash > 0) {
    const min = parseAddressOf(family, text.slice(0, dash));
    const max = parseAddressOf(family, text.slice(dash + 1));
    return min === undefined || max === undefined ? wrong : { kind: "addresses", min, max };
  }
  const prefix = parsePrefix(text);
  if (prefix === undefined || (typeof prefix.address === "number" ? 4 : 6) !== family) return wrong;
  const wide = prefix.mask === allOnes(family) ? { address: prefix.address, mask } : prefix;
  return { kind: "addresses", min: wide.address, max: lastOf(wide, family) };
}

function lastOf({ address, mask }: Prefix, family: Family): Address {
  if (typeof address === "number" && typeof mask === "number") {
    return (address | (~mask >>> 0)) >>> 0;
  }
  return BigInt(address) | (BigInt(allOnes(family)) ^ BigInt(mask));
}

/** `tcp:80`, `80` (TCP, but any protocol in `bitmap:port`), `udp:1-3`, `icmp:8/0`, `47:0`. */
function readPorts(text: string, { type }: SetShape): SetPart | string {
  const colon = text.indexOf(":");
  const protocol = colon < 0 ? TCP : protocolNumber(text.slice(0, colon));
  const rest = text.slice(colon + 1);
  if (protocol === undefined) return `"${text.slice(0, colon)}" is no known protocol`;
  if (protocol === ICMP || protocol === ICMPV6) {
    const message = icmpOfSet(protocol, rest);
    return message === undefined
      ? `"${rest}" is no ICMP message`
      : { kind: "icmp", protocol, ...message };
  }
  const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(rest);
  const min = Number(range?.[1]);
  const max = Number(range?.[2] ?? range?.[1]);
  if (range === null || max > 65535) return `"${rest}" is no port`;
  return {
    kind: "ports",
    protocol: colon < 0 && type === "bitmap:port" ? undefined : protocol,
    min,
    max,
  };
}

/** `netmask LENGTH`, or `bitmask MASK`, of a set's options; all ones without one. */
export function maskOfSet(
  family: Family,
  netmask: string | undefined,
  bitmask: string | undefined,
): Address | undefined {
  if (bitmask !== undefined) return parseAddressOf(family, bitmask);
  if (netmask === undefined) return allOnes(family);
  const length = Number(netmask);
  return Number.isInteger(length) && length >= 0 && length <= widthOf(family)
    ? maskOfLength(family, length)
    : undefined;
}
