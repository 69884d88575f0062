import type { Family } from "../../engine/net/ip.js";
import { makeRule } from "../../engine/iptables/make.js";
import { printRule } from "../../engine/iptables/print.js";
import type { Rule } from "../../engine/iptables/types.js";
import type { Step } from "../walk/result.js";
import { ownerOfChain } from "./owners.js";
import type { Style } from "./style.js";

/** A matched rule in one line; in full detail with its words and where it comes from. */
export function stepLines(
  step: Step,
  family: Family,
  full: boolean,
  style: Style,
): readonly string[] {
  const rule = step.definition;
  const place = `  ${step.table.padEnd(8)} ${`${step.chain} ${step.rule}`.padEnd(30)}`;
  const note = rule === undefined ? "policy" : noteOf(rule);
  const action = actionOf(step, family).padEnd(28);
  const line = `${place} ${style.bold(action)} ${style.dim(note)}`.trimEnd();
  if (!full || rule === undefined) return [line];
  return [
    line,
    indented(printRule(step.chain, rule, "save", family), style),
    indented(whenceOf(rule, step.chain), style),
  ];
}

function indented(text: string, style: Style): string {
  return style.dim(`           ${text}`);
}

/** Where the rule leads (`-> CHAIN`), or its target with the options. */
export function actionOf({ target, definition }: Step, family: Family): string {
  if (definition === undefined) return target;
  const leading = definition.target;
  if (leading === undefined) return "counted";
  switch (leading.name) {
    case "jump":
      return `-> ${target}`;
    case "goto":
      return `=> ${target}`;
    default: {
      const bare = makeRule({ ...definition, matches: [], ...OPEN, target: leading });
      return printRule("", bare, "save", family).replace(/^-A\s+-j /, "");
    }
  }
}

const OPEN = {
  source: undefined,
  destination: undefined,
  inInterface: undefined,
  outInterface: undefined,
  protocol: undefined,
  fragment: undefined,
};

/** Its line or the Service that it was made for, and its own comment or the reason for it. */
function noteOf(rule: Rule): string {
  const comments = rule.matches.flatMap((match) =>
    match.name === "comment" ? [match.comment ?? ""] : [],
  );
  const { origin } = rule;
  if (origin.kind === "source") return [`line ${origin.line}`, ...comments].join(", ");
  const words = comments.length > 0 ? comments.join(", ") : origin.reason;
  const { subject } = origin;
  return subject === undefined || words.includes(subject) ? words : `${subject}, ${words}`;
}

/** `line 12 of the dump` or `made for default/web:http: REASON`, and whose chain it stands in. */
export function whenceOf({ origin }: Rule, chain: string): string {
  const owner = ownerOfChain(chain);
  const whose = owner === "kernel" ? "a built-in chain" : `a chain of ${owner}`;
  if (origin.kind === "source") return `line ${origin.line}, in ${whose}`;
  const subject = origin.subject === undefined ? "" : ` for ${origin.subject}`;
  return `compiled${subject}: ${origin.reason}; in ${whose}`;
}
