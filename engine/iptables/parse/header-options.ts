import { formatPrefix, type Prefix } from "../../net/prefix.js";
import { parseAddress } from "../../net/ip.js";
import { parseCNumber } from "../../net/numeric.js";
import { protocolNumber } from "../../net/protocol.js";
import { byteLength } from "../bytes.js";
import type { Opaque } from "../extensions/define.js";
import type { Word } from "../words.js";
import type { BaseOption } from "./base-options.js";
import type { AddressesDraft } from "./draft.js";
import { isHost, MAX_INTERFACE_BYTES, readPrefix } from "./header.js";
import type { RuleReader } from "./rule-reader.js";

/** Fields of a rule that are checked before its matches; each may be given once. */
export function readHeaderOption(
  reader: RuleReader,
  option: BaseOption,
  word: Word,
  attached: Word | undefined,
): void {
  switch (option) {
    case "f":
      return readFragment(reader, word);
    case "4":
    case "6":
      if (Number(option) !== reader.family) reader.skipLine();
      return;
    case "v":
      return;
    case "n":
    case "x":
    case "0":
      return reader.errorAt("illegal-option", `${word.text} says nothing in a rule`, word);
    case "V":
    case "h":
    case "w":
    case "W":
      reader.nextPlain();
      return reader.errorAt("illegal-option", `${word.text} cannot stand in restore input`, word);
    case "t":
      reader.next();
      return reader.errorAt(
        "table-option",
        "-t cannot stand in restore input: the line *TABLE above says which table is meant",
        word,
      );
    default:
      readValued(reader, option, word, attached);
  }
}

function readValued(
  reader: RuleReader,
  option: BaseOption,
  word: Word,
  attached: Word | undefined,
): void {
  const first = attached ?? reader.next();
  if (first === undefined) return reader.missingValue(word, 1);
  const old =
    attached === undefined && option !== "c" && option !== "M" && reader.isOldNegation(first);
  const value = old ? reader.next() : first;
  if (value === undefined) return reader.missingValue(word, 1);
  if (old) {
    reader.errorAt(
      "old-negation",
      `iptables takes "! ${word.text}" only with the "!" first`,
      first,
    );
  }
  const not = old || reader.not !== undefined;
  const words = [
    ...(reader.not === undefined ? [] : [reader.not]),
    ...(value === word ? [word] : old ? [word, first, value] : [word, value]),
  ];
  switch (option) {
    case "p":
      return readProtocol(reader, words, value, not);
    case "s":
    case "d":
      return readAddresses(reader, option, words, value, not);
    case "i":
    case "o":
      return readInterface(reader, option, words, value, not);
    case "c":
      return readCounters(reader, word, value);
    case "M":
      return;
    default:
      reader.errorAt("illegal-option", `${word.text} cannot stand in a rule`, word);
  }
}

function readFragment(reader: RuleReader, word: Word): void {
  if (reader.family === 6) {
    reader.errorAt("bad-value", "-f is not for IPv6: use -m frag", word);
    return reader.keepStray([word], "-f is not for IPv6");
  }
  if (reader.draft.fragment !== undefined) return repeated(reader, [word]);
  reader.draft.fragment = { not: reader.not !== undefined, value: true };
}

function repeated(reader: RuleReader, words: readonly Word[]): void {
  const option = words.find(({ text }) => text !== "!");
  if (option === undefined) return;
  reader.errorAt("option-repeated", `${option.text} is given twice`, option);
  reader.keepStray(words, "a second use of an option that a rule has once");
}

function readProtocol(reader: RuleReader, words: readonly Word[], value: Word, not: boolean): void {
  if (reader.draft.protocol !== undefined) return repeated(reader, words);
  const protocol = protocolOf(value.text);
  if (protocol === undefined) {
    reader.errorAt("unknown-protocol", `"${value.text}" is no protocol`, value);
    return reader.keepStray(words, `"${value.text}" is no protocol`);
  }
  if (protocol === 0 && not) {
    reader.errorAt("never-matches", "the rule would never match a protocol", value);
  }
  reader.draft.protocol = { not, value: protocol };
}

/** A protocol by number, as C reads it, or by name; `undefined` for none. */
export function protocolOf(text: string): number | undefined {
  const protocol = parseCNumber(text) ?? protocolNumber(text);
  return protocol === undefined || protocol > 255 ? undefined : protocol;
}

function readInterface(
  reader: RuleReader,
  option: "i" | "o",
  words: readonly Word[],
  value: Word,
  not: boolean,
): void {
  const key = option === "i" ? "inInterface" : "outInterface";
  if (reader.draft[key] !== undefined) return repeated(reader, words);
  const trouble = interfaceTrouble(value.text);
  if (trouble !== undefined) {
    reader.errorAt("bad-value", trouble, value);
    return reader.keepStray(words, trouble);
  }
  if (/[\s/]/.test(value.text)) {
    reader.warn(
      "odd-interface",
      `no interface can be called "${value.text}"`,
      value.start,
      value.end,
    );
  }
  reader.draft[key] = { not, value: value.text };
}

function interfaceTrouble(name: string): string | undefined {
  if (name === "") return "the interface is empty";
  return byteLength(name) > MAX_INTERFACE_BYTES
    ? `the interface name "${name}" has more than ${MAX_INTERFACE_BYTES} characters`
    : undefined;
}

function readAddresses(
  reader: RuleReader,
  option: "s" | "d",
  words: readonly Word[],
  value: Word,
  not: boolean,
): void {
  const key = option === "s" ? "source" : "destination";
  if (reader.draft[key] !== undefined) return repeated(reader, words);
  const texts = value.text.split(",");
  if (not && texts.length > 1) {
    reader.errorAt("cannot-negate", "several addresses cannot be negated", value);
    return reader.keepStray(words, "several addresses cannot be negated");
  }
  const items = texts.map((text) =>
    readAddressItem(
      reader,
      option,
      texts.length === 1 ? words : undefined,
      text.trimStart(),
      value,
    ),
  );
  reader.draft[key] = { not, items } satisfies AddressesDraft;
}

/** What a resolver could look up; not all of these are names that the DNS takes. */
const HOST_NAME = /^\w[\w.-]*$/;
/** No domain does: this is an address gone wrong. */
const ENDS_IN_NUMBER = /(?:^|\.)\d+\.?$/;

function readAddressItem(
  reader: RuleReader,
  option: "s" | "d",
  words: readonly Word[] | undefined,
  text: string,
  at: Word,
): Prefix | Opaque {
  const read = readPrefix(text, reader.family);
  if ("address" in read) return withSpelling(read, text, reader.draft.matches.length > 0);
  const source = words === undefined ? `-${option} ${text}` : reader.source(words);
  const opaque = { name: "opaque", extension: `-${option}`, words: source } as const;
  if (read.kind === "refused") {
    reader.errorAt("bad-address", `"${text}": ${read.message}`, at);
    return { ...opaque, reason: read.message };
  }
  const slash = text.lastIndexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  if (parseAddress(host) !== undefined || !HOST_NAME.test(host) || ENDS_IN_NUMBER.test(host)) {
    const reason = `"${text}" is no IPv${reader.family} address`;
    reader.errorAt("bad-address", reason, at);
    return { ...opaque, reason };
  }
  const reason = `"${host}" is a host name: iptables would look it up when it loads the rule`;
  reader.warn("host-name", reason, at.start, at.end);
  return { ...opaque, reason };
}

/**
 * Keeps the spelling where kube-proxy's style could not find it again: that style writes a host
 * without its length, and addresses as they were handed to it. A save always writes the length, so
 * that only one behind a match, where a save has no addresses, tells anything.
 */
function withSpelling(prefix: Prefix, text: string, isBehindMatch: boolean): Prefix {
  const plain = formatPrefix(prefix);
  if (!isBehindMatch && text === plain) return prefix;
  const usual = isHost(prefix) ? plain.slice(0, plain.lastIndexOf("/")) : plain;
  return usual === text ? prefix : { ...prefix, text };
}

function readCounters(reader: RuleReader, word: Word, value: Word): void {
  if (reader.not !== undefined) reader.cannotNegate(word);
  if (reader.draft.counters !== undefined) return repeated(reader, [word, value]);
  const comma = value.text.indexOf(",", 1);
  const packets = comma < 0 ? value.text : value.text.slice(0, comma);
  const bytes = comma < 0 ? reader.nextPlain()?.text : value.text.slice(comma + 1);
  if (bytes === undefined) return reader.missingValue(word, 2);
  const counters = { packets: readCounter(packets), bytes: readCounter(bytes) };
  if (counters.packets === undefined || counters.bytes === undefined) {
    return reader.errorAt("bad-value", "the packet or byte counter is not a number", value);
  }
  reader.draft.counters = { packets: counters.packets, bytes: counters.bytes };
}

/** A counter as `sscanf("%llu")` takes it: leading digits, the rest ignored. */
export function readCounter(text: string): bigint | undefined {
  const digits = /^\s*\+?(\d{1,40})/.exec(text)?.[1];
  return digits === undefined ? undefined : BigInt.asUintN(64, BigInt(digits));
}
