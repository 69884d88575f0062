import type { Negatable, Rule } from "../../engine/iptables/types.js";
import type { Prefix } from "../../engine/net/prefix.js";
import { interfaceMatches } from "../match/header.js";
import { ALWAYS, all, NEVER, operations, type Condition } from "./condition.js";
import { DESTINATION, IN, OUT, PROTOCOL, SOURCE, writeAddress } from "./fields.js";
import type { Lowering } from "./lowering.js";
import { MASKED, NOT_MASKED, NOT_PREFIX, NOT_RANGE, RANGE, ROW } from "./operations.js";

/** A rule's own conditions, for packets that are no fragments (`failedHeader`). */
export function lowerHeader(rule: Rule, lowering: Lowering): Condition {
  return all([
    lowerPrefix(DESTINATION, rule.destination, lowering),
    lowerProtocol(rule.protocol),
    lowerPrefix(SOURCE, rule.source, lowering),
    lowerInterface(IN, rule.inInterface, lowering),
    lowerInterface(OUT, rule.outInterface, lowering),
    rule.fragment === undefined || rule.fragment.not ? ALWAYS : NEVER,
  ]);
}

function lowerPrefix(
  field: number,
  wanted: Negatable<Prefix> | undefined,
  { family }: Lowering,
): Condition {
  if (wanted === undefined) return ALWAYS;
  const { not, value } = wanted;
  if ((typeof value.address === "number") !== (family === 4)) return not ? ALWAYS : NEVER;
  const masks = new Int32Array(4);
  const values = new Int32Array(4);
  writeAddress(masks, 0, value.mask);
  writeAddress(values, 0, value.address);
  if (family === 4) {
    return operations([not ? NOT_MASKED : MASKED, field, masks[0] ?? 0, values[0] ?? 0]);
  }
  if (not) return operations([NOT_PREFIX, field, ...masks, ...values]);
  const parts = [0, 1, 2, 3].filter((word) => masks[word] !== 0 || values[word] !== 0);
  return operations(
    ...parts.map((word) => [MASKED, field + word, masks[word] ?? 0, values[word] ?? 0]),
  );
}

function lowerProtocol(wanted: Negatable<number> | undefined): Condition {
  if (wanted === undefined) return ALWAYS;
  const { not, value } = wanted;
  return operations([not ? NOT_RANGE : RANGE, PROTOCOL, value, value]);
}

function lowerInterface(
  field: number,
  wanted: Negatable<string> | undefined,
  { interfaces, rows }: Lowering,
): Condition {
  if (wanted === undefined) return ALWAYS;
  const answers = interfaces.names.map((name) => interfaceMatches(wanted, name));
  if (answers.every(Boolean)) return ALWAYS;
  return answers.some(Boolean) ? operations([ROW, field, rows.add(answers)]) : NEVER;
}
