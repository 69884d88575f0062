import { fault, type Checked, type Fault, type Position } from "../../engine/errors.js";
import { familyOf, parseAddress } from "../../engine/net/ip.js";
import { ICMP, ICMPV6, TCP, protocolNumber } from "../../engine/net/protocol.js";
import { isObject, parseJson } from "../host/json.js";
import { makePacket } from "./make.js";
import { hasPorts } from "./protocols.js";
import { readHeaders } from "./read-headers.js";
import { TCP_FLAG_BITS, type Packet } from "./types.js";

/** One line of a file of packets. */
export interface PacketLine {
  /** From 1, empty lines counted. */
  readonly line: number;
  /** Lines of one name are one connection; `undefined`: a connection of its own. */
  readonly connection: string | undefined;
  /** This packet goes the other way. */
  readonly reply: boolean;
  /** What the line says; a later line of a connection leaves out what stays the same. */
  readonly parts: Partial<Packet>;
}

/**
 * Reads a packet a line, each a JSON object: `in`, `protocol`, `source`, `sourcePort`,
 * `destination`, `destinationPort`, `flags` (`syn,ack`, or `none`), `icmpType`, `icmpCode`,
 * `icmpId`, `ttl`, `tos`, `mark`, `length`, `fragment` (`{"offset": OCTETS, "more": BOOLEAN, "id":
 * NUMBER}`), `mss`, `spi`, `messageType` (of DCCP and Mobile IPv6), `headers` (of IPv6), `uid`, `gid`,
 * `mac`, `connection` and `reply`. Without `in` the node itself makes the packet; what a packet of its
 * protocol does not have is read and left out (`flags` of UDP). The first line of a connection is
 * whole; bad lines are told and left out.
 */
export function readPacketLines(text: string, file?: string): Checked<readonly PacketLine[]> {
  const value: PacketLine[] = [];
  const faults: Fault[] = [];
  const begun = new Set<string>();
  text.split("\n").forEach((source, index) => {
    if (source.trim() === "") return;
    const at = file === undefined ? { line: index + 1 } : { file, line: index + 1 };
    const read = readLine(source, at);
    const { connection, reply } = read.value;
    const goesOn = connection !== undefined && begun.has(connection);
    const found = [...read.faults];
    if (found.length === 0 && !goesOn) found.push(...missingParts(read.value, source, at));
    if (found.length === 0 && connection !== undefined && !reply) begun.add(connection);
    if (found.length === 0) value.push({ ...read.value, line: index + 1 });
    faults.push(...found);
  });
  return { value, faults };
}

/** The packet that a connection's first line tells of. */
export function packetOfParts(parts: Partial<Packet>): Packet | undefined {
  const { protocol, source, destination } = parts;
  if (protocol === undefined || source === undefined || destination === undefined) return undefined;
  return ofItsProtocol(makePacket({ ...parts, protocol, source, destination }));
}

/** The packet without what a line says besides and its protocol does not have. */
export function ofItsProtocol(packet: Packet): Packet {
  const { protocol } = packet;
  const ports = { sourcePort: undefined, destinationPort: undefined };
  const icmp = { icmpType: undefined, icmpCode: undefined, icmpId: undefined };
  return {
    ...packet,
    ...(hasPorts(protocol) ? {} : ports),
    ...(protocol === TCP ? {} : { tcpFlags: undefined }),
    ...(protocol === ICMP || protocol === ICMPV6 ? {} : icmp),
  };
}

interface LineDraft {
  connection: string | undefined;
  reply: boolean;
  parts: Partial<Packet>;
}

function readLine(source: string, at: Position): Checked<LineDraft> {
  const value: LineDraft = { connection: undefined, reply: false, parts: {} };
  const faults: Fault[] = [];
  const complain = (message: string, where: Position): void => {
    faults.push(fault("bad-packet", message, where, source));
  };
  const json = parseJson(source);
  if ("problem" in json) {
    complain(`not a JSON object: ${json.problem}`, { ...at, column: json.offset + 1 });
    return { value, faults };
  }
  if (!isObject(json.value)) {
    complain("a packet is a JSON object", { ...at, column: 1 });
    return { value, faults };
  }
  for (const [key, given] of Object.entries(json.value)) {
    const problem = readField(key, given, value);
    if (problem !== undefined) complain(`${key}: ${problem}`, { ...at, ...placeOf(source, key) });
  }
  value.parts = agreeing(value.parts);
  if (familiesDiffer(value.parts)) {
    const place = placeOf(source, "destination");
    complain("source and destination are of different families", { ...at, ...place });
  }
  return { value, faults };
}

/** Where a field stands: its name may stand as a value before. */
function placeOf(source: string, key: string): Pick<Position, "column" | "length"> {
  const quoted = JSON.stringify(key);
  let at = source.indexOf(quoted);
  while (at >= 0 && !/^\s*:/.test(source.slice(at + quoted.length))) {
    at = source.indexOf(quoted, at + 1);
  }
  return at < 0 ? { column: 1 } : { column: at + 1, length: quoted.length };
}

/** `icmp` over IPv6 is ICMPv6, and means its echo request. */
function agreeing(parts: Partial<Packet>): Partial<Packet> {
  const { source, protocol } = parts;
  return source !== undefined && familyOf(source) === 6 && protocol === ICMP
    ? { ...parts, protocol: ICMPV6 }
    : parts;
}

function familiesDiffer({ source, destination }: Partial<Packet>): boolean {
  return (
    source !== undefined && destination !== undefined && familyOf(source) !== familyOf(destination)
  );
}

function missingParts(draft: LineDraft, source: string, at: Position): readonly Fault[] {
  const { parts, connection, reply } = draft;
  const complain = (message: string): Fault =>
    fault("bad-packet", message, { ...at, column: 1 }, source);
  if (reply) {
    return [
      complain(
        connection === undefined
          ? "a reply needs the name of the connection that it belongs to (`connection`)"
          : `connection ${connection} has no packet yet that could be replied to`,
      ),
    ];
  }
  const missing = (["protocol", "source", "destination"] as const).filter(
    (key): boolean => parts[key] === undefined,
  );
  const words: string[] = [...missing];
  const { protocol, destinationPort, fragment } = parts;
  const further = fragment !== undefined && fragment.offset > 0;
  const ports = protocol !== undefined && hasPorts(protocol) && !further;
  if (ports && destinationPort === undefined) words.push("destinationPort");
  return words.length === 0 ? [] : [complain(`${words.join(", ")} not given`)];
}

type FieldReader = (given: unknown, draft: LineDraft) => string | undefined;

const FIELDS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ["in", textField((text) => ({ inInterface: text }))],
  ["protocol", readProtocol],
  ["source", addressField("source")],
  ["destination", addressField("destination")],
  ["sourcePort", numberField(65535, (sourcePort) => ({ sourcePort }))],
  ["destinationPort", numberField(65535, (destinationPort) => ({ destinationPort }))],
  ["flags", readFlags],
  ["icmpType", numberField(255, (icmpType) => ({ icmpType }))],
  ["icmpCode", numberField(255, (icmpCode) => ({ icmpCode }))],
  ["icmpId", numberField(65535, (icmpId) => ({ icmpId }))],
  ["ttl", numberField(255, (ttl) => ({ ttl }))],
  ["tos", numberField(255, (tos) => ({ tos }))],
  ["mark", numberField(0xffffffff, (mark) => ({ mark }))],
  ["length", numberField(65575, (length) => ({ length }))],
  ["fragment", readFragment],
  ["mss", numberField(65535, (tcpMss) => ({ tcpMss }))],
  ["spi", numberField(0xffffffff, (spi) => ({ spi }))],
  ["messageType", numberField(255, (messageType) => ({ messageType }))],
  ["headers", readExtensionHeaders],
  ["uid", numberField(0xffffffff, (uid, { sender }) => ({ sender: senderOf(sender, { uid }) }))],
  ["gid", numberField(0xffffffff, (gid, { sender }) => ({ sender: senderOf(sender, { gid }) }))],
  [
    "mac",
    textField((text) => ({ sourceMac: text.toLowerCase() }), /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i),
  ],
  [
    "connection",
    (given, draft) => {
      if (typeof given !== "string") return `${JSON.stringify(given)} is no name`;
      draft.connection = given;
      return undefined;
    },
  ],
  [
    "reply",
    (given, draft) => {
      if (typeof given !== "boolean") return `${JSON.stringify(given)} is neither true nor false`;
      draft.reply = given;
      return undefined;
    },
  ],
]);

function readField(key: string, given: unknown, draft: LineDraft): string | undefined {
  const read = FIELDS.get(key);
  if (read === undefined) return `no such field; there are ${[...FIELDS.keys()].join(", ")}`;
  return read(given, draft);
}

function senderOf(
  known: Packet["sender"],
  part: Partial<NonNullable<Packet["sender"]>>,
): NonNullable<Packet["sender"]> {
  const nobody = { unknown: "the sending user is not given" };
  return { uid: nobody, gid: nobody, groups: nobody, ...known, ...part };
}

function textField(part: (text: string) => Partial<Packet>, shape = /./): FieldReader {
  return (given, draft) => {
    if (typeof given !== "string" || !shape.test(given)) {
      return `${JSON.stringify(given)} cannot be read`;
    }
    draft.parts = { ...draft.parts, ...part(given) };
    return undefined;
  };
}

function numberField(
  max: number,
  part: (number: number, parts: Partial<Packet>) => Partial<Packet>,
): FieldReader {
  return (given, draft) => {
    if (typeof given !== "number" || !Number.isInteger(given) || given < 0 || given > max) {
      return `${JSON.stringify(given)} is no whole number from 0 to ${max}`;
    }
    draft.parts = { ...draft.parts, ...part(given, draft.parts) };
    return undefined;
  };
}

function addressField(key: "source" | "destination"): FieldReader {
  return (given, draft) => {
    const address = typeof given === "string" ? parseAddress(given) : undefined;
    if (address === undefined) return `${JSON.stringify(given)} is no address`;
    draft.parts = { ...draft.parts, [key]: address };
    return undefined;
  };
}

function readProtocol(given: unknown, draft: LineDraft): string | undefined {
  const text = typeof given === "number" ? String(given) : given;
  const protocol = typeof text === "string" ? protocolNumber(text) : undefined;
  if (protocol === undefined || protocol === 0) return `${JSON.stringify(given)} is no protocol`;
  draft.parts = { ...draft.parts, protocol };
  return undefined;
}

/** Offsets count in units of eight octets (RFC 791, RFC 8200). */
function readFragment(given: unknown, draft: LineDraft): string | undefined {
  const parts: Readonly<Record<string, unknown>> =
    typeof given === "object" && given !== null ? { ...given } : {};
  const { offset, more = false, id } = parts;
  const fits = typeof offset === "number" && offset % 8 === 0 && offset >= 0 && offset <= 65528;
  const named =
    id === undefined ||
    (typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= 0xffffffff);
  if (!fits || typeof more !== "boolean" || !named) {
    return `${JSON.stringify(given)} is no {"offset": a multiple of 8, "more": true or false, "id": a number}`;
  }
  draft.parts = {
    ...draft.parts,
    fragment: { offset, more, ...(typeof id === "number" ? { id } : {}) },
  };
  return undefined;
}

function readExtensionHeaders(given: unknown, draft: LineDraft): string | undefined {
  const read = readHeaders(given);
  if (typeof read === "string") return read;
  draft.parts = { ...draft.parts, extensionHeaders: read };
  return undefined;
}

function readFlags(given: unknown, draft: LineDraft): string | undefined {
  if (typeof given !== "string") return `${JSON.stringify(given)} names no TCP flags`;
  let tcpFlags = 0;
  for (const word of given === "none" ? [] : given.split(",")) {
    const wanted = word.trim().toUpperCase();
    const bit = Object.entries(TCP_FLAG_BITS).find(([name]) => name === wanted)?.[1];
    if (bit === undefined) {
      return `"${word}" is no TCP flag; there are ${Object.keys(TCP_FLAG_BITS).join(", ").toLowerCase()}, none`;
    }
    tcpFlags |= bit;
  }
  draft.parts = { ...draft.parts, tcpFlags };
  return undefined;
}
