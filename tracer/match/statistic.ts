import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import type { StatisticMatch } from "../../engine/iptables/extensions/statistic.js";
import type { Branch } from "../walk/branch.js";
import type { Answer } from "./answer.js";
import { negatedIf, truth } from "./truth.js";

/**
 * `xt_statistic.c: statistic_mt`. `nth` counts evaluations of its rule from 0 and matches at
 * `packet`, `packet + every`, ...; the counter goes on whatever the other conditions say.
 */
export function statisticMatches(match: StatisticMatch, branch: Branch): Answer {
  return match.mode === "nth" ? nth(match, branch) : random(match);
}

function random({ probability }: StatisticMatch): Answer {
  if (probability === undefined) return "yes";
  const { threshold } = probability.value;
  return { ways: probability.not ? PROBABILITY_GRID - threshold : threshold };
}

function nth(match: StatisticMatch, branch: Branch): Answer {
  const { every, packet = 0 } = match;
  const key = counterKey(branch, match);
  if (every === undefined || key === undefined) return "yes";
  const count = branch.memory.counters.get(key) ?? 0;
  branch.memory = { ...branch.memory, counters: branch.memory.counters.set(key, count + 1) };
  return negatedIf(every.not, truth(count % every.value === packet));
}

/** The rule's own counter; a second `nth` on one rule has one beside it. */
function counterKey({ scan }: Branch, match: StatisticMatch): string | undefined {
  const rule = scan?.chain.rules[scan.rule];
  if (scan === undefined || rule === undefined) return undefined;
  const key = `nth ${scan.table} ${scan.chain.name} ${rule.number}`;
  const which = rule.rule.matches.filter(({ name }) => name === "statistic").indexOf(match);
  return which <= 0 ? key : `${key} ${which}`;
}
