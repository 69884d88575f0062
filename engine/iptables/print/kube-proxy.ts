import { formatAddress } from "../../net/ip.js";
import { formatPrefix, type Prefix } from "../../net/prefix.js";
import { protocolName } from "../../net/protocol.js";
import type { Reading } from "../extensions/define.js";
import type { DnatTarget } from "../extensions/dnat-target.js";
import type { SnatTarget } from "../extensions/snat-target.js";
import type { MarkTarget } from "../extensions/mark-target.js";
import type { MarkMatch } from "../extensions/mark.js";
import type { RecentMatch } from "../extensions/recent.js";
import type { StatisticMatch } from "../extensions/statistic.js";
import { saveOptions } from "../extensions/save.js";
import { isHost } from "../parse/header.js";
import { matchTable, targetTable } from "../parse/registry.js";
import type { Match, Negatable, Rule, Target } from "../types.js";
import { asked, joinWords } from "./words.js";

/**
 * What follows `-A CHAIN ` in what kube-proxy hands to the restore (`proxier.go: syncProxyRules`):
 * the comment first, the protocol named by its match (`-m tcp -p tcp`), then the destination, the
 * ports and the source; a host has no length, nothing that was not asked for is written.
 */
export function kubeProxyRule(rule: Rule, reading: Reading): string {
  const bound = rule.matches.findIndex(({ name }) => isProtocolMatch(name, rule));
  const before = rule.matches.slice(0, bound < 0 ? commentsOf(rule) : bound);
  const after = rule.matches.slice(before.length + (bound < 0 ? 0 : 1));
  const protocolMatch = rule.matches[bound];
  const late = bound < 0 && rule.destination?.not === true;
  return joinWords([
    ...before.map((match) => writeMatch(match, reading)),
    protocolMatch === undefined ? undefined : `-m ${protocolMatch.name}`,
    rule.protocol === undefined
      ? undefined
      : asked("-p", rule.protocol, protocolName(rule.protocol.value)),
    late ? undefined : writeAddress("-d", rule.destination),
    protocolMatch === undefined ? undefined : matchOptions(protocolMatch, reading),
    writeAddress("-s", rule.source),
    rule.inInterface === undefined
      ? undefined
      : asked("-i", rule.inInterface, rule.inInterface.value),
    rule.outInterface === undefined
      ? undefined
      : asked("-o", rule.outInterface, rule.outInterface.value),
    rule.fragment === undefined ? undefined : asked("-f", rule.fragment, ""),
    ...after.map((match) => writeMatch(match, reading)),
    late ? writeAddress("-d", rule.destination) : undefined,
    rule.target === undefined ? undefined : writeTarget(rule.target, reading),
  ]);
}

function isProtocolMatch(name: string, rule: Rule): boolean {
  const wanted = matchTable(name)?.protocol;
  return wanted !== undefined && rule.protocol?.value === wanted && !rule.protocol.not;
}

/** How many matches from the first on are comments. */
function commentsOf(rule: Rule): number {
  const other = rule.matches.findIndex(({ name }) => name !== "comment");
  return other < 0 ? rule.matches.length : other;
}

function writeAddress(flag: string, address: Negatable<Prefix> | undefined): string | undefined {
  if (address === undefined) return undefined;
  return asked(flag, address, writePrefix(address.value));
}

function writePrefix(prefix: Prefix): string {
  return prefix.text ?? (isHost(prefix) ? formatAddress(prefix.address) : formatPrefix(prefix));
}

function writeMatch(match: Match, reading: Reading): string {
  if (match.name === "opaque") return match.words;
  return joinWords([`-m ${match.name}`, matchOptions(match, reading)]);
}

function matchOptions(match: Match, reading: Reading): string {
  switch (match.name) {
    case "opaque":
      return "";
    case "comment":
      return `--comment ${writeComment(match.comment ?? "")}`;
    case "mark":
      return writeMark(match);
    case "recent":
      return writeRecent(match, reading);
    case "statistic":
      return writeStatistic(match, reading);
    default: {
      const { name, ...data } = match;
      return plainOptions(matchTable(name)?.options, data, reading);
    }
  }
}

function plainOptions(
  options: Parameters<typeof saveOptions>[0] | undefined,
  data: Readonly<Record<string, unknown>>,
  reading: Reading,
): string {
  return options === undefined ? "" : saveOptions(options, data, reading);
}

/** kube-proxy quotes a comment only when it holds a blank. */
function writeComment(text: string): string {
  return /[\s"\\]/.test(text) || text === "" ? `"${text.replace(/["\\]/g, "\\$&")}"` : text;
}

function writeMark({ mark }: MarkMatch): string {
  if (mark === undefined) return "";
  return asked("--mark", mark, `${wideHex(mark.value.value)}/${wideHex(mark.value.mask)}`);
}

/** The list's name comes first. */
function writeRecent(match: RecentMatch, reading: Reading): string {
  const { name, list, ...data } = match;
  return joinWords([
    list === undefined ? undefined : `--name ${list}`,
    plainOptions(matchTable(name)?.options, data, reading),
  ]);
}

function writeStatistic(match: StatisticMatch, reading: Reading): string {
  const { name, probability, ...data } = match;
  return joinWords([
    plainOptions(matchTable(name)?.options, data, reading),
    probability === undefined
      ? undefined
      : asked("--probability", probability, probability.value.text),
  ]);
}

function writeTarget(target: Target, reading: Reading): string {
  switch (target.name) {
    case "opaque":
      return target.words;
    case "jump":
      return `-j ${target.chain}`;
    case "goto":
      return `-g ${target.chain}`;
    case "DNAT":
    case "SNAT":
      return joinWords([`-j ${target.name}`, writeNat(target, reading)]);
    case "MARK":
      return joinWords(["-j MARK", writeSetMark(target)]);
    default: {
      const { name, ...data } = target;
      return joinWords([`-j ${name}`, plainOptions(targetTable(name)?.options, data, reading)]);
    }
  }
}

/** The address as it was spelled: kube-proxy writes endpoints as it got them. */
function writeNat(target: DnatTarget | SnatTarget, reading: Reading): string {
  const { name, ...data } = target;
  const text = target.name === "DNAT" ? target.toDestination?.text : target.toSource?.text;
  const options = plainOptions(targetTable(name)?.options, data, reading);
  return text === undefined
    ? options
    : options.replace(/^(--\S+) \S+/, (_, flag: string) => `${flag} ${text}`);
}

function writeSetMark({ xmark }: MarkTarget): string {
  if (xmark === undefined) return "";
  const { value, mask } = xmark;
  if (mask === 0) return `--xor-mark ${wideHex(value)}`;
  return value === mask
    ? `--or-mark ${wideHex(value)}`
    : `--set-xmark ${wideHex(value)}/${wideHex(mask)}`;
}

function wideHex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
