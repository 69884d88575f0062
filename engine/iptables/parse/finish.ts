import type { Match, Origin, Rule, Target } from "../types.js";
import type { Opaque, Reading } from "../extensions/define.js";
import type { Prefix } from "../../net/prefix.js";
import { makeRule } from "../make.js";
import { byteLength } from "../bytes.js";
import { MAX_CHAIN_NAME } from "../types.js";
import type { AddressesDraft, ExtensionDraft } from "./draft.js";
import { isMatch, isTarget } from "./registry.js";
import { isIptablesTarget } from "./foreign-names.js";
import type { RuleReader } from "./rule-reader.js";

/** A line that names more pairs of addresses than this is kept as it stands. */
const MAX_PAIRS = 65_536;

/** The rules of a line: one for each pair of its source and destination addresses. */
export function finishRules(reader: RuleReader): readonly Rule[] {
  const { draft, line } = reader;
  const { reading } = reader;
  const matches = draft.matches.map((match) => finishMatch(reader, match, reading));
  const target =
    draft.target === undefined ? undefined : finishTarget(reader, draft.target, reading);
  const origin: Origin = { kind: "source", line: line.number, text: line.text };
  const pairs = (draft.source?.items.length ?? 1) * (draft.destination?.items.length ?? 1);
  if (pairs > MAX_PAIRS) return tooManyPairs(reader, pairs, origin);
  const rules: Rule[] = [];
  for (const source of draft.source?.items ?? [undefined]) {
    for (const destination of draft.destination?.items ?? [undefined]) {
      const opaque = [source, destination, ...draft.strays].filter(isOpaque);
      rules.push(
        makeRule({
          protocol: draft.protocol,
          source: asked(draft.source, source),
          destination: asked(draft.destination, destination),
          inInterface: draft.inInterface,
          outInterface: draft.outInterface,
          fragment: draft.fragment,
          matches: [...opaque, ...matches, ...draft.trailing],
          target,
          counters: draft.counters,
          origin,
        }),
      );
    }
  }
  return rules;
}

function tooManyPairs(reader: RuleReader, pairs: number, origin: Origin): readonly Rule[] {
  const reason = `the line stands for ${pairs} rules, one for each pair of addresses`;
  reader.error("too-many-addresses", `${reason}: more than ${MAX_PAIRS} are not read`);
  const words = reader.line.text;
  return [makeRule({ matches: [{ name: "opaque", extension: "line", words, reason }], origin })];
}

function asked(addresses: AddressesDraft | undefined, item: Prefix | Opaque | undefined) {
  if (addresses === undefined || item === undefined || isOpaque(item)) return undefined;
  return { not: addresses.not, value: item };
}

function isOpaque(item: Prefix | Opaque | undefined): item is Opaque {
  return item !== undefined && "words" in item;
}

function finishMatch(reader: RuleReader, draft: ExtensionDraft, reading: Reading): Match {
  if (draft.known === undefined) {
    return keep(reader, draft, `the match ${draft.name} is not understood`);
  }
  checkProtocol(reader, draft);
  const trouble = draft.trouble ?? check(reader, draft, reading);
  const match = { name: draft.known.table.name, ...draft.values };
  return trouble === undefined && isMatch(match)
    ? match
    : keep(reader, draft, trouble ?? draft.name);
}

function finishTarget(reader: RuleReader, draft: ExtensionDraft, reading: Reading): Target {
  if (draft.known === undefined) return jumpOrForeign(reader, draft);
  const trouble = draft.trouble ?? check(reader, draft, reading);
  const target = { name: draft.known.table.name, ...draft.values };
  return trouble === undefined && isTarget(target)
    ? target
    : keep(reader, draft, trouble ?? draft.name);
}

/** What is no extension is a chain, unless it has options, which no chain has. */
function jumpOrForeign(reader: RuleReader, draft: ExtensionDraft): Target {
  const name = draft.name;
  const isForeign = draft.option === "j" && isIptablesTarget(name, reader.family);
  if (!isForeign && draft.trouble === undefined) {
    checkJumpName(reader, draft);
    return { name: draft.option === "j" ? "jump" : "goto", chain: name };
  }
  const reason = draft.trouble ?? `the target ${name} is not understood here`;
  if (draft.trouble === undefined && draft.nameWord !== undefined) {
    reader.warnAt("unknown-target", `${reason}: it is kept as it is`, draft.nameWord);
  }
  return keep(reader, draft, reason);
}

function checkJumpName(reader: RuleReader, draft: ExtensionDraft): void {
  const at = draft.nameWord;
  if (at === undefined) return;
  if (draft.name === "") return reader.errorAt("bad-value", "the target is empty", at);
  if (draft.name.length * 3 > MAX_CHAIN_NAME && byteLength(draft.name) > MAX_CHAIN_NAME) {
    const message = `a chain name has ${MAX_CHAIN_NAME} characters at most`;
    reader.errorAt("chain-name-too-long", message, at);
  }
}

/** `-m tcp` wants `-p tcp`: the kernel refuses the rule otherwise. */
function checkProtocol(reader: RuleReader, draft: ExtensionDraft): void {
  const { protocol: wanted, boundIn } = draft.known?.table ?? {};
  if (wanted === undefined || wanted === reader.protocol) return;
  if (boundIn?.includes(reader.family) === false) return;
  const at = draft.nameWord ?? draft.words[0];
  if (at === undefined) return;
  reader.errorAt("needs-protocol", `-m ${draft.name} needs -p ${draft.name} in the same rule`, at);
}

function check(reader: RuleReader, draft: ExtensionDraft, reading: Reading): string | undefined {
  const refused = draft.known?.table.check?.(draft.values, reading);
  if (refused === undefined) return undefined;
  const at = draft.nameWord ?? draft.words[0];
  if (at !== undefined) reader.errorAt("bad-extension", `${draft.name}: ${refused}`, at);
  return refused;
}

function keep(reader: RuleReader, draft: ExtensionDraft, reason: string): Opaque {
  const own = reader.source(draft.words);
  const words = draft.nameWord === undefined ? `-m ${draft.name} ${own}` : own;
  return { name: "opaque", extension: draft.name, words, reason };
}
