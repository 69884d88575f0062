import {
  formatAddress,
  parseAddressOf,
  parseIPv4,
  type Address,
  type Family,
} from "../../net/ip.js";
import { parsePort } from "../../net/port.js";
import { DCCP, ICMP, SCTP, TCP, UDP } from "../../net/protocol.js";
import { refuse, type Codec, type Reading, type Refusal } from "./define.js";
import { oneWord, type Range } from "./codecs.js";
import { dashedPorts, readDashedPorts } from "./port-codecs.js";

/** What NAT rewrites to (kernel: `struct nf_nat_range2`). */
export interface NatRange {
  readonly addresses?: { readonly min: Address; readonly max: Address };
  readonly ports?: NatPorts;
  /** How it was spelled, where a save would spell it otherwise; two spellings mean the same. */
  readonly text?: string;
}

/** `base` is the first port of the destination side of a shifted mapping (`9000-9003/80`). */
export type NatPorts = Range & { readonly base?: number };

/** `ADDR[:PORT]` of IPv4, by far the commonest, in digits as a save writes them. */
function readPlain(text: string): NatRange | undefined {
  const colon = colonIn(text, 0, text.length);
  const address = parseIPv4(text, 0, colon);
  if (address === undefined || address < 2 ** 24) return undefined;
  const addresses = { min: address, max: address };
  if (colon === text.length) return { addresses };
  const port = plainPort(text, colon + 1, text.length);
  return port === 0 ? undefined : { addresses, ports: { min: port, max: port } };
}

/** Of what `readPlain` reads; whether there is a port is all that matters to a check. */
function plainKind(text: string, from: number, to: number, family: Family): number {
  if (family !== 4) return 0;
  const colon = colonIn(text, from, to);
  const address = parseIPv4(text, from, colon);
  if (address === undefined || address < 2 ** 24) return 0;
  if (colon === to) return 1;
  return plainPort(text, colon + 1, to) === 0 ? 0 : 2;
}

function colonIn(text: string, from: number, to: number): number {
  let colon = from;
  while (colon < to && text.charCodeAt(colon) !== COLON) colon++;
  return colon;
}

/** A port in decimal, without leading zeros; 0 for anything else. */
function plainPort(text: string, from: number, to: number): number {
  let port = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9) || (digit === 0 && port === 0)) return 0;
    port = port * 10 + digit;
    if (port > 65535) return 0;
  }
  return port;
}

const COLON = 58;

/** `ADDR[-ADDR][:PORT[-PORT[/BASE]]]`, IPv6 with ports in brackets, or `:PORT` alone. */
export const natRange: Codec<NatRange> = {
  ...oneWord((text, reading) => {
    const { family } = reading;
    const plain = family === 4 ? readPlain(text) : undefined;
    const range = plain ?? withSpelling(readNatRange(text, family), text);
    const trouble = "refused" in range ? undefined : portsNeedProtocol(range.ports, reading);
    return trouble === undefined ? range : refuse(trouble);
  }, writeNatRange),
  plainKind,
};

function withSpelling(range: NatRange | Refusal, text: string): NatRange | Refusal {
  if ("refused" in range || writeNatRange(range) === text) return range;
  return { ...range, text };
}

function readNatRange(text: string, family: Family): NatRange | Refusal {
  const [hosts, portText] = splitPorts(text, family);
  const ports = portText === undefined ? undefined : readNatPorts(portText);
  if (ports !== undefined && "refused" in ports) return ports;
  if (hosts === "" && ports !== undefined) return { ports };
  const dash = hosts.indexOf("-");
  const min = parseAddressOf(family, dash < 0 ? hosts : hosts.slice(0, dash));
  const max = dash < 0 ? min : parseAddressOf(family, hosts.slice(dash + 1));
  if (min === undefined || max === undefined) {
    return refuse(`"${text}" holds no IPv${family} address`);
  }
  const addresses = { min, max };
  return ports === undefined ? { addresses } : { addresses, ports };
}

/** The addresses without brackets, and what follows the colon after them. */
function splitPorts(text: string, family: Family): readonly [hosts: string, ports?: string] {
  const bracketed = family === 6 ? /^\[([^\]]*)\](?::(.*))?$/.exec(text) : null;
  if (bracketed !== null) {
    const [, hosts = "", ports] = bracketed;
    return ports === undefined ? [hosts] : [hosts, ports];
  }
  const colon = text.indexOf(":");
  return colon < 0 || text.includes(":", colon + 1)
    ? [text]
    : [text.slice(0, colon), text.slice(colon + 1)];
}

function readNatPorts(text: string): NatPorts | Refusal {
  const slash = text.indexOf("/");
  const ports = readDashedPorts(slash < 0 ? text : text.slice(0, slash));
  if (slash < 0 || "refused" in ports) return ports;
  const base = parsePort(text.slice(slash + 1));
  if (base === undefined || base === 0) return refuse(`"${text.slice(slash + 1)}" is not a port`);
  return text.includes("-") ? { ...ports, base } : refuse("only a range of ports can be shifted");
}

function writeNatRange({ addresses, ports }: NatRange): string {
  const hosts = addresses === undefined ? "" : writeHosts(addresses.min, addresses.max);
  if (ports === undefined) return hosts;
  const bracketed = hosts.includes(":") ? `[${hosts}]` : hosts;
  const top = ports.max === ports.min ? "" : `-${ports.max}`;
  return `${bracketed}:${ports.min}${top}${ports.base === undefined ? "" : `/${ports.base}`}`;
}

function writeHosts(min: Address, max: Address): string {
  return min === max ? formatAddress(min) : `${formatAddress(min)}-${formatAddress(max)}`;
}

const WITH_PORTS: ReadonlySet<number | undefined> = new Set([TCP, UDP, SCTP, DCCP, ICMP]);

/** `PORT[-PORT]` of targets that take no address. */
export const natPorts: Codec<Range> = {
  ...dashedPorts,
  read: (words, reading) => {
    const ports = dashedPorts.read(words, reading);
    const trouble = "refused" in ports ? undefined : portsNeedProtocol(ports, reading);
    return trouble === undefined ? ports : refuse(trouble);
  },
};

/**
 * Ports can be translated only where `-p` names a protocol that has them (or ICMP's ids); iptables
 * does not see whether a `!` stands before it.
 */
export function portsNeedProtocol(
  ports: Range | undefined,
  { protocol, excludedProtocol }: Reading,
): string | undefined {
  return ports === undefined || WITH_PORTS.has(protocol ?? excludedProtocol)
    ? undefined
    : "a port needs -p tcp, udp, sctp, dccp or icmp before it";
}
