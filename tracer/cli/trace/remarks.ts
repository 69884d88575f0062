import { describeDraw, lostDraws, type LostDraws } from "../../diagnose/lost-draws.js";
import type { OutcomeGroup } from "../../odds/group.js";
import type { Condition } from "../../walk/result.js";
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
