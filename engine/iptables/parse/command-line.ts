import type { Family } from "../../net/ip.js";
import type { RestoreCommand } from "../restore.js";
import type { Counters, Policy, Rule } from "../types.js";
import { MAX_CHAIN_NAME } from "../types.js";
import { byteLength } from "../bytes.js";
import type { Word } from "../words.js";
import { takesRule } from "./commands.js";
import type { CommandDraft, RuleDraft } from "./draft.js";
import type { FaultLog, SourceLine } from "./fault-log.js";
import { finishRules } from "./finish.js";
import { isIptablesTarget, isStandardTarget } from "./foreign-names.js";
import { readCounter } from "./header-options.js";
import { RuleReader } from "./rule-reader.js";

export interface ParsedLine {
  readonly commands: readonly RestoreCommand[];
  /** Where the line names its chain. */
  readonly chain: Word | undefined;
}

/**
 * The commands of one line of restore input: none where it holds none that can be kept, several
 * where it names several addresses. `words` is the line with its wraps blanked out.
 */
export function parseCommandLine(
  line: SourceLine,
  words: string,
  family: Family,
  log: FaultLog,
): ParsedLine {
  const prefix = readCounterPrefix(line, log);
  const reader = new RuleReader(line, words, prefix.end, family, log);
  const draft = reader.read();
  draft.counters ??= prefix.counters;
  const { command } = draft;
  // What has been read of a rule is dropped; a command on a chain is carried out all the same.
  if (draft.otherFamily && (command === undefined || isAboutRule(command))) {
    log.warn("other-family", `the line is for the other IP version than ${family}: left out`, line);
    return { commands: [], chain: undefined };
  }
  if (command === undefined) {
    log.error("no-command", "the line holds no command such as -A CHAIN", line);
    return { commands: [], chain: undefined };
  }
  checkChainName(reader, command);
  const commands = takesRule(command.option)
    ? ruleCommands(reader, command)
    : chainCommand(reader, command, draft);
  return { commands, chain: command.chain };
}

function isAboutRule({ option, position }: CommandDraft): boolean {
  return takesRule(option) && !(option === "D" && position !== undefined);
}

interface CounterPrefix {
  readonly end: number;
  readonly counters: Counters | undefined;
}

/** `[PACKETS:BYTES]` before a rule, as `iptables-save -c` writes it. */
function readCounterPrefix(line: SourceLine, log: FaultLog): CounterPrefix {
  const { text } = line;
  if (!text.startsWith("[")) return { end: 0, counters: undefined };
  const close = text.indexOf("]");
  const colon = text.indexOf(":");
  // `strtok` passes over a ":" that stands first, and finds no other.
  if (close < 0 || colon < 2 || colon > close) {
    const end = close < 0 ? Math.max(1, text.indexOf(" ")) : close + 1;
    log.error("bad-counters", "counters are written [PACKETS:BYTES]", line, 0, end);
    return { end, counters: undefined };
  }
  const packets = readCounter(text.slice(1, colon));
  const bytes = readCounter(text.slice(colon + 1, close));
  if (packets !== undefined && bytes !== undefined) {
    return { end: close + 1, counters: { packets, bytes } };
  }
  log.warn("bad-counters", "the counters are not numbers", line, 0, close + 1);
  return { end: close + 1, counters: undefined };
}

function checkChainName(reader: RuleReader, { option, chain, extra }: CommandDraft): void {
  if (option === "E" && extra !== undefined && isStandardTarget(extra.text)) {
    reader.errorAt("bad-chain-name", `${extra.text} is the name of a target`, extra);
  }
  if (chain === undefined) return;
  const trouble = chainNameTrouble(chain.text);
  if (trouble !== undefined) reader.errorAt(trouble.code, trouble.message, chain);
  else if (option === "N" && isIptablesTarget(chain.text, reader.family)) {
    reader.errorAt("bad-chain-name", `${chain.text} is the name of a target`, chain);
  } else if (option === "N" && /^[-!]|\s/.test(chain.text)) {
    reader.errorAt("bad-chain-name", `a chain cannot be called "${chain.text}"`, chain);
  }
}

/** Whether iptables takes a chain of this name at all. */
export function chainNameTrouble(
  name: string,
): { readonly code: string; readonly message: string } | undefined {
  if (name.length * 3 <= MAX_CHAIN_NAME) return undefined;
  const bytes = byteLength(name);
  if (bytes <= MAX_CHAIN_NAME) return undefined;
  return {
    code: "chain-name-too-long",
    message: `a chain name has ${MAX_CHAIN_NAME} characters at most, this one has ${bytes}`,
  };
}

function ruleCommands(reader: RuleReader, command: CommandDraft): readonly RestoreCommand[] {
  const chain = command.chain?.text ?? "";
  const { position } = command;
  if (command.option === "D" && position !== undefined) {
    return [{ verb: "delete-at", chain, position }];
  }
  checkInterfaces(reader, chain);
  checkSeveralAddresses(reader, command);
  const rules = finishRules(reader);
  switch (command.option) {
    case "A":
      return rules.map((rule) => ({ verb: "append", chain, rule }));
    case "D":
      return rules.map((rule) => ({ verb: "delete", chain, rule }));
    case "I":
      return insertions(chain, position ?? 1, rules);
    case "R":
      return replacement(reader, command, chain, rules);
    default:
      return rules.map((rule) => ({ verb: "check", chain, rule }));
  }
}

/** Several rules of one `-I` end up in reverse: each is put at the same place. */
function insertions(chain: string, position: number, rules: readonly Rule[]): RestoreCommand[] {
  return rules.map((rule) => ({ verb: "insert", chain, position, rule }));
}

function replacement(
  reader: RuleReader,
  command: CommandDraft,
  chain: string,
  rules: readonly Rule[],
): readonly RestoreCommand[] {
  const [rule] = rules;
  if (rules.length > 1) {
    reader.errorAt("bad-value", "a rule with several addresses cannot replace one", command.at);
  }
  return command.position === undefined || rule === undefined
    ? []
    : [{ verb: "replace", chain, position: command.position, rule }];
}

/** Neither `-s` nor `-d` may be negated where one of them names several addresses. */
function checkSeveralAddresses(reader: RuleReader, { at }: CommandDraft): void {
  const given = [reader.draft.source, reader.draft.destination].filter((one) => one !== undefined);
  if (given.some(({ items }) => items.length > 1) && given.some(({ not }) => not)) {
    reader.errorAt("cannot-negate", "no address can be negated beside several others", at);
  }
}

/** `-i` cannot be asked of packets that leave, nor `-o` of those that come in. */
function checkInterfaces(reader: RuleReader, chain: string): void {
  const { inInterface, outInterface } = reader.draft;
  if (outInterface !== undefined && (chain === "PREROUTING" || chain === "INPUT")) {
    reader.error("interface-in-hook", `-o cannot be used in ${chain}: no way out is chosen yet`);
  }
  if (inInterface !== undefined && (chain === "POSTROUTING" || chain === "OUTPUT")) {
    reader.error("interface-in-hook", `-i cannot be used in ${chain}: packets leave there`);
  }
}

function chainCommand(
  reader: RuleReader,
  command: CommandDraft,
  draft: RuleDraft,
): readonly RestoreCommand[] {
  if (hasRuleParts(draft)) {
    reader.errorAt("illegal-option", `${command.at.text} takes no rule`, command.at);
  }
  const chain = command.chain?.text;
  const { extra, position } = command;
  switch (command.option) {
    case "N":
      return chain === undefined ? [] : [{ verb: "new-chain", chain }];
    case "X":
      return [{ verb: "delete-chain", chain }];
    case "F":
      return [{ verb: "flush", chain }];
    case "Z":
      return chain === undefined || position === undefined
        ? [{ verb: "zero", chain }]
        : [{ verb: "zero-at", chain, position }];
    case "E":
      return chain === undefined || extra === undefined
        ? []
        : [{ verb: "rename-chain", chain, to: extra.text }];
    case "P":
      return chain === undefined || extra === undefined
        ? []
        : policyCommand(reader, chain, extra.text, command);
    default:
      reader.warnAt("list-command", `${command.at.text} lists and changes nothing`, command.at);
      return [];
  }
}

function policyCommand(
  reader: RuleReader,
  chain: string,
  policy: string,
  { at, extra }: CommandDraft,
): readonly RestoreCommand[] {
  if (isPolicy(policy)) return [{ verb: "policy", chain, policy }];
  const message = `a policy is ACCEPT or DROP, not "${policy}"`;
  reader.errorAt("bad-policy", message, extra ?? at);
  return [];
}

export function isPolicy(text: string): text is Policy {
  return text === "ACCEPT" || text === "DROP";
}

function hasRuleParts(draft: RuleDraft): boolean {
  return (
    draft.protocol !== undefined ||
    draft.source !== undefined ||
    draft.destination !== undefined ||
    draft.inInterface !== undefined ||
    draft.outInterface !== undefined ||
    draft.fragment !== undefined ||
    draft.target !== undefined ||
    draft.matches.length > 0
  );
}
