import { TABLE_NAMES, type Rule, type TableName } from "../../engine/iptables/types.js";
import type { Path, Step } from "../walk/result.js";

/** The rule, or the policy of a built-in chain, that ended a packet. */
export type Ending =
  | { readonly kind: "rule"; readonly step: Step; readonly definition: Rule }
  | { readonly kind: "policy"; readonly table: TableName; readonly chain: string };

/** `undefined` where no rule did: routing, tracking, or the packet arrived. */
export function endingOf({ because, steps }: Path): Ending | undefined {
  const policy = /^(?<table>\S+) (?<chain>\S+) policy DROP$/.exec(because)?.groups;
  if (policy !== undefined) {
    const table = TABLE_NAMES.find((name) => name === policy["table"]);
    return table && { kind: "policy", table, chain: policy["chain"] ?? "" };
  }
  const step = steps.at(-1);
  if (step?.definition === undefined) return undefined;
  const place = `${step.table} ${step.chain} rule ${step.rule} `;
  return because.startsWith(place)
    ? { kind: "rule", step, definition: step.definition }
    : undefined;
}
