import type { OutcomeGroup } from "../odds/group.js";
import type { Step } from "../walk/result.js";
import { wantedPorts } from "./aspects.js";
import { endingOf, type Ending } from "./ending.js";
import { walkWithout, type Rules } from "./without.js";

/** A rule made for the packet that was not reached, as an ACCEPT before it took the packet. */
export interface Hidden {
  readonly by: Extract<Ending, { kind: "rule" }>;
  readonly rule: Extract<Ending, { kind: "rule" }>;
  /** What the hidden rule would have done, as `Path.because` says it. */
  readonly because: string;
}

/**
 * Of a packet that was let through untranslated: a rule of this very destination that would have
 * stopped it, had not a rule of another chain accepted it first.
 */
export function hiddenRule(rules: Rules, { path }: OutcomeGroup): Hidden | undefined {
  if (path.translated || endingOf(path) !== undefined) return undefined;
  for (const step of path.steps) {
    if (step.table !== "filter" || step.target !== "ACCEPT") continue;
    const by = ruleOf(step);
    if (by === undefined) continue;
    for (const other of walkWithout(rules, by, path.first)) {
      const rule = endingOf(other.path);
      if (rule?.kind === "rule" && rule.step.chain !== step.chain && isMadeFor(rule)) {
        return { by, rule, because: other.path.because };
      }
    }
  }
  return undefined;
}

function ruleOf(step: Step): Hidden["by"] | undefined {
  const { definition } = step;
  return definition && { kind: "rule", step, definition };
}

/** It asks for a destination of its own, and does not just drop what is left over. */
function isMadeFor({ definition }: Hidden["rule"]): boolean {
  const { destination } = definition;
  return (destination !== undefined && !destination.not) || wantedPorts(definition).length > 0;
}
