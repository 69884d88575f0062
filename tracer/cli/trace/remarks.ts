import type { TableName } from "../../../engine/iptables/types.js";
import { endingOf, type Ending } from "../../diagnose/ending.js";
import { describeNearMiss, describeNotEntered } from "../../diagnose/near-miss-words.js";
import { notEntered } from "../../diagnose/not-entered.js";
import { nearMisses } from "../../diagnose/near-miss.js";
import { describeDraw, lostDraws, type LostDraws } from "../../diagnose/lost-draws.js";
import { unevenDraws, type UnevenDraws } from "../../diagnose/uneven-draws.js";
import type { OutcomeGroup } from "../../odds/group.js";
import type { Condition } from "../../walk/result.js";
import { AS_STATED } from "../../walk/suppose.js";
import type { World } from "../../walk/world.js";
import { percentText } from "../../report/odds.js";
import { destinationText } from "../../report/words.js";

/** Plain sentences on what a person would ask about when seeing these outcomes. */
export function explainOutcomes(groups: readonly OutcomeGroup[]): readonly string[] {
  const lost = groups.flatMap((group) => {
    const [way] = group.ways;
    if (way === undefined || group.path.translated) return [];
    return lostDraws(way.events).map((draws) => lostSentence(group, draws));
  });
  return [...lost, ...unevenDraws(groups.flatMap(({ ways }) => ways)).map(unevenSentence)];
}

/** The part that each draw takes is one of what is left, which people read as one of all. */
function unevenSentence({ chain, chances, shares }: UnevenDraws): string {
  const percents = shares.map((share) => `${Number((share * 100).toFixed(2))} %`);
  const even = chances.map((_, index) => `1/${shares.length - index}`);
  return (
    `uneven: each draw of ${chain} takes a part of what the draws before it left, here ` +
    `${chances.map((chance) => Number(chance.toFixed(4))).join(", ")}, which makes ${percents.join(", ")}; ` +
    `${shares.length} equal shares take ${even.join(", ")} and no draw in the last rule`
  );
}

/** What the user stated and the answer rests on. */
export function statedRemarks(groups: readonly OutcomeGroup[]): readonly string[] {
  const remarks = groups.flatMap(({ ways }) =>
    (ways[0]?.events ?? []).flatMap((event) =>
      event.kind === "supposed" && event.why === AS_STATED
        ? [`stated: ${event.what} ${event.holds ? "matches" : "does not match"}`]
        : [],
    ),
  );
  return [...new Set(remarks)];
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
    const table = all || !path.translated ? undefined : tableOf(endingOf(path));
    const misses = nearMisses(world, way).filter(({ at }) => at.table === (table ?? at.table));
    const behind = notEntered(world, way).filter(
      ({ rule }) => rule.at.table === (table ?? rule.at.table),
    );
    return [...misses.map(describeNearMiss), ...behind.map(describeNotEntered)].map(
      (miss) => `near miss: ${miss}`,
    );
  });
  return [...new Set(remarks)];
}

/** What was translated and then stopped did find its rule in nat. */
function tableOf(ending: Ending | undefined): TableName | undefined {
  return ending?.kind === "rule" ? ending.step.table : ending?.table;
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
