import { endingOf, type Ending } from "../../diagnose/ending.js";
import { hiddenRule } from "../../diagnose/hidden.js";
import { walkWithout, type Rules } from "../../diagnose/without.js";
import type { OutcomeGroup } from "../../odds/group.js";
import { ownerOfChain } from "../../report/owners.js";
import { PLAIN } from "../../report/style.js";
import { ruleText, verdictLine } from "../../report/verdict.js";
import type { Names } from "../../report/words.js";

const MOST_ENDS = 4;

/** Of each rule or policy that stopped the packet: whether it alone stood in its way. */
export function obstacleRemarks(
  groups: readonly OutcomeGroup[],
  rules: Rules,
  names: Names,
): readonly string[] {
  const seen = new Set<string>();
  return groups.flatMap(({ path }) => {
    const ending = endingOf(path);
    if (ending === undefined || isProxys(ending) || seen.has(path.because)) return [];
    seen.add(path.because);
    const ends = walkWithout(rules, ending, path.first).map((other) =>
      verdictLine(other.path, names, PLAIN),
    );
    return [`without that ${ending.kind}: ${someOf([...new Set(ends)])}`];
  });
}

/** kube-proxy refuses what it has no endpoint for; without that the packet only gets lost. */
function isProxys(ending: Ending): boolean {
  return ending.kind === "rule" && ownerOfChain(ending.step.chain) === "kube-proxy";
}

/** A rule made for the packet that an ACCEPT before it hides. */
export function hiddenRemarks(groups: readonly OutcomeGroup[], rules: Rules): readonly string[] {
  const remarks = groups.flatMap((group) => {
    const hidden = hiddenRule(rules, group);
    if (hidden === undefined) return [];
    const { step } = hidden.by;
    const accept = ruleText(`${step.table} ${step.chain} rule ${step.rule} (ACCEPT)`, hidden.by);
    return [`never reached: ${ruleText(hidden.because, hidden.rule)} (hidden by ${accept})`];
  });
  return [...new Set(remarks)];
}

function someOf(ends: readonly string[]): string {
  const left = ends.length - MOST_ENDS;
  return ends.slice(0, MOST_ENDS).join("; or ") + (left > 0 ? `; or ${left} other ends` : "");
}
