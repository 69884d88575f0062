import { formatPrefix, type Prefix } from "../../net/prefix.js";
import { protocolName } from "../../net/protocol.js";
import { fullMatch, fullTarget } from "../canonical.js";
import type { Reading } from "../extensions/define.js";
import { saveOptions } from "../extensions/save.js";
import { isAnyAddress } from "../parse/header.js";
import { matchTable, targetTable, type ExtensionTable } from "../parse/registry.js";
import type { Match, Negatable, Rule, Target } from "../types.js";
import { asked, joinWords } from "./words.js";

/** What follows `-A CHAIN ` in a save (`iptables.c: iptables_save_rule`, `xshared.c`). */
export function saveRule(rule: Rule, reading: Reading): string {
  return joinWords([
    saveAddress("-s", rule.source),
    saveAddress("-d", rule.destination),
    saveInterface("-i", rule.inInterface),
    saveInterface("-o", rule.outInterface),
    saveProtocol(rule.protocol),
    rule.fragment === undefined ? undefined : asked("-f", rule.fragment, ""),
    ...rule.matches.map((match) => saveMatch(match, reading)),
    rule.target === undefined ? undefined : saveTarget(rule.target, reading),
  ]);
}

function saveAddress(flag: string, address: Negatable<Prefix> | undefined): string | undefined {
  if (address === undefined || (isAnyAddress(address.value) && !address.not)) return undefined;
  return asked(flag, address, formatPrefix(address.value));
}

function saveInterface(flag: string, name: Negatable<string> | undefined): string | undefined {
  if (name === undefined || (name.value === "+" && !name.not)) return undefined;
  return asked(flag, name, name.value);
}

function saveProtocol(protocol: Negatable<number> | undefined): string | undefined {
  if (protocol === undefined || (protocol.value === 0 && !protocol.not)) return undefined;
  return asked("-p", protocol, protocolName(protocol.value));
}

function saveMatch(match: Match, reading: Reading): string {
  if (match.name === "opaque") return match.words;
  return saveExtension("-m", fullMatch(match, reading), matchTable(match.name), reading);
}

function saveTarget(target: Target, reading: Reading): string {
  switch (target.name) {
    case "opaque":
      return target.words;
    case "jump":
      return `-j ${target.chain}`;
    case "goto":
      return `-g ${target.chain}`;
    default:
      return saveExtension("-j", fullTarget(target, reading), targetTable(target.name), reading);
  }
}

function saveExtension(
  flag: "-m" | "-j",
  extension: Match | Target,
  table: ExtensionTable | undefined,
  reading: Reading,
): string {
  const { name, ...data } = extension;
  if (table === undefined) return `${flag} ${name}`;
  const options =
    table.save === undefined
      ? saveOptions(table.options, data, reading)
      : table.save(data, reading);
  return joinWords([flag, name, options]);
}
