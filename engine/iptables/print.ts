import type { Family } from "../net/ip.js";
import { orderedChains, readingOf } from "./canonical.js";
import type { Dump } from "./parse.js";
import { kubeProxyRule } from "./print/kube-proxy.js";
import { printLossless } from "./print/lossless.js";
import { saveRule } from "./print/save.js";
import { joinWords } from "./print/words.js";
import type { ChainDeclaration, RestoreCommand, RestoreInput } from "./restore.js";
import { BUILT_IN_CHAINS, type Counters, type Rule, type Ruleset, type Table } from "./types.js";

export { printLossless } from "./print/lossless.js";

/**
 * `save`: byte for byte what `iptables-save` 1.8.9 prints after loading the rules, its banner
 * aside. `kube-proxy`: as kube-proxy writes its restore input.
 */
export type PrintStyle = "save" | "kube-proxy";

/** How a whole dump can be printed: as it stands, or its rules in one of the styles. */
export type DumpStyle = PrintStyle | "lossless";

/** What to print besides the rules. */
export interface PrintOptions {
  /** Each rule's `[packets:bytes]` before it, as `iptables-save -c` prints. */
  readonly counters?: boolean;
}

/** `-A CHAIN ...`, without a line end. */
export function printRule(chain: string, rule: Rule, style: PrintStyle, family: Family): string {
  return joinWords([`-A ${chain}`, printRuleParts(rule, style, family)]);
}

function printRuleParts(rule: Rule, style: PrintStyle, family: Family): string {
  const reading = readingOf(rule, family);
  return style === "save" ? saveRule(rule, reading) : kubeProxyRule(rule, reading);
}

/**
 * Whole tables in the ruleset's order, each with `*NAME` and `COMMIT`. In save style every table
 * has all of its built-in chains first and the others by name.
 */
export function printRuleset(
  ruleset: Ruleset,
  style: PrintStyle,
  options: PrintOptions = {},
): string {
  const lines: string[] = [];
  for (const table of ruleset.tables.values()) {
    printTable(table, style, ruleset.family, options, lines);
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/**
 * All that was read of a text: `lossless` gives the text itself back, the other styles the tables of
 * every section, one after the other.
 */
export function printDump(dump: Dump, style: DumpStyle, options: PrintOptions = {}): string {
  if (style === "lossless") return printLossless(dump);
  return dump.sections.map(({ ruleset }) => printRuleset(ruleset, style, options)).join("");
}

function printTable(
  table: Table,
  style: PrintStyle,
  family: Family,
  options: PrintOptions,
  lines: string[],
): void {
  const names = style === "save" ? orderedChains(table) : [...table.chains.keys()];
  const builtIn: readonly string[] = BUILT_IN_CHAINS[table.name];
  lines.push(`*${table.name}`);
  for (const name of names) {
    const chain = table.chains.get(name);
    const policy = builtIn.includes(name) ? (chain?.policy ?? "ACCEPT") : "-";
    lines.push(`:${name} ${policy} ${printCounters(chain?.counters)}`);
  }
  for (const name of names) {
    for (const rule of table.chains.get(name)?.rules ?? []) {
      const prefix = options.counters === true ? `${printCounters(rule.counters)} ` : "";
      lines.push(prefix + printRule(name, rule, style, family));
    }
  }
  lines.push("COMMIT");
}

function printCounters(counters: Counters | undefined): string {
  return counters === undefined ? "[0:0]" : `[${counters.packets}:${counters.bytes}]`;
}

/** Restore input in its own order: chain lines, then commands, table by table. */
export function printRestore(input: RestoreInput, style: PrintStyle): string {
  const lines: string[] = [];
  for (const table of input.tables) {
    lines.push(`*${table.name}`);
    for (const declaration of table.declared) lines.push(printDeclaration(declaration));
    for (const command of table.commands) lines.push(printCommand(command, style, input.family));
    lines.push("COMMIT");
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function printDeclaration({ chain, policy, counters }: ChainDeclaration): string {
  return `:${chain} ${policy ?? "-"} ${printCounters(counters)}`;
}

/** One command as a line of restore input. */
export function printCommand(command: RestoreCommand, style: PrintStyle, family: Family): string {
  switch (command.verb) {
    case "append":
      return printRule(command.chain, command.rule, style, family);
    case "insert":
    case "replace": {
      const letter = command.verb === "insert" ? "I" : "R";
      const place = letter === "I" && command.position === 1 ? "" : ` ${command.position}`;
      const head = `-${letter} ${command.chain}${place}`;
      return joinWords([head, printRuleParts(command.rule, style, family)]);
    }
    case "delete":
    case "check": {
      const letter = command.verb === "delete" ? "D" : "C";
      return joinWords([
        `-${letter} ${command.chain}`,
        printRuleParts(command.rule, style, family),
      ]);
    }
    case "delete-at":
      return `-D ${command.chain} ${command.position}`;
    case "zero-at":
      return `-Z ${command.chain} ${command.position}`;
    case "declare":
      return printDeclaration(command.declaration);
    case "new-chain":
      return `-N ${command.chain}`;
    case "rename-chain":
      return `-E ${command.chain} ${command.to}`;
    case "flush":
      return joinWords(["-F", command.chain]);
    case "zero":
      return joinWords(["-Z", command.chain]);
    case "delete-chain":
      return joinWords(["-X", command.chain]);
    case "policy":
      return `-P ${command.chain} ${command.policy}`;
    default:
      return command satisfies never;
  }
}
