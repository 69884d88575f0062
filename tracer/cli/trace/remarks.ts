import { describeNearMiss } from "../../diagnose/near-miss-words.js";
import { nearMisses } from "../../diagnose/near-miss.js";
import { describeDraw, lostDraws, type LostDraws } from "../../diagnose/lost-draws.js";
import type { OutcomeGroup } from "../../odds/group.js";
import type { Condition } from "../../walk/result.js";
import type { World } from "../../walk/world.js";
import { percentText } from "../../report/odds.js";
import { destinationText } from "../../report/words.js";

/** Plain sentences on what a person would ask about when seeing these outcomes. */
export function explainOutcomes(groups: readonly OutcomeGroup[]): readonly string[] {
  return groups.flatMap((group) => {
    const [way] = group.ways;
    if (way === undefined || group.path.translated) return [];
    return lostDraws(way.events).map((lost) => lostSentence(group, lost));
  });
}

/** What could not be told, and made no difference. */
export function indifferenceRemarks(questions: readonly Condition[]): readonly string[] {
  return questions.map(
    ({ what, why }) => `unknown, but the end is the same either way: ${what} (${why})`,
  );
}

/**
 * Rules that a person would have expected to match, and why they did not: of packets that nothing
 * translated or that met their end in the rules; in full detail of all.
 */
export function nearMissRemarks(
  groups: readonly OutcomeGroup[],
  world: World,
  all: boolean,
): readonly string[] {
  const remarks = groups.flatMap(({ ways, path }) => {
    const [way] = ways;
    const arrived = path.verdict === "forwarded" || path.verdict === "sent";
    if (way === undefined || (!all && arrived && path.translated)) return [];
    return nearMisses(world, way).map((miss) => `near miss: ${describeNearMiss(miss)}`);
  });
  return [...new Set(remarks)];
}

function lostSentence({ odds, path }: OutcomeGroup, { chain, draws }: LostDraws): string {
  const list = draws.map(describeDraw).join(" and ");
  const all =
    draws.length === 1
      ? "its only draw"
      : draws.length === 2
        ? "both draws"
        : `all ${draws.length} draws`;
  return (
    `why ${percentText(odds)} goes untranslated: in ${chain} ${all} fail, ${list}, and no rule without a draw ` +
    `follows to take the rest, so the packet leaves the chain still addressed to ${destinationText(path.last)}; ` +
    "kube-proxy gives the last endpoint no probability at all"
  );
}
