import { endingOf, type Ending } from "../../diagnose/ending.js";
import { hiddenRule } from "../../diagnose/hidden.js";
import { walkWithout, type Rules } from "../../diagnose/without.js";
import type { OutcomeGroup } from "../../odds/group.js";
import type { Packet } from "../../packet/types.js";
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
  const obstacles = new Map<string, { readonly ending: Ending; readonly packet: Packet }>();
  for (const { path } of groups) {
    const ending = endingOf(path);
    if (ending === undefined || isProxys(ending) || obstacles.has(path.because)) continue;
    obstacles.set(path.because, { ending, packet: path.first });
  }
  return [...obstacles].map(([place, { ending, packet }]) => {
    const ends = walkWithout(rules, ending, packet).map(({ path }) =>
      verdictLine(path, names, PLAIN),
    );
    const which = obstacles.size === 1 ? `that ${ending.kind}` : place;
    return `without ${which}: ${someOf([...new Set(ends)])}`;
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
