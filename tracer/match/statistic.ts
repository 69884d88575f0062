import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import type { StatisticMatch } from "../../engine/iptables/extensions/statistic.js";
import { assume, type Branch } from "../walk/branch.js";
import type { World } from "../walk/world.js";
import type { Answer } from "./answer.js";
import { negatedIf, truth } from "./truth.js";

/**
 * `xt_statistic.c: statistic_mt`. `nth` counts evaluations of its rule from 0 and matches at
 * `packet`, `packet + every`, ...; the counter goes on whatever the other conditions say.
 */
export function statisticMatches(match: StatisticMatch, branch: Branch, world: World): Answer {
  return match.mode === "nth" ? nth(match, branch, world) : random(match);
}

function random({ probability }: StatisticMatch): Answer {
  if (probability === undefined) return "yes";
  const { not, value } = probability;
  const ways = not ? PROBABILITY_GRID - value.threshold : value.threshold;
  return { ways, of: PROBABILITY_GRID };
}

function nth(match: StatisticMatch, branch: Branch, world: World): Answer {
  const { every, packet = 0 } = match;
  const key = counterKey(branch);
  if (every === undefined || key === undefined) return "yes";
  const count = branch.memory.counters.get(key);
  if (count === undefined && world.countersAnywhere === true) {
    return anywhere(branch, key, { every: every.value, packet, not: every.not });
  }
  if (count === undefined) assume(branch, `the counter of ${key} is at 0`, "it is not given");
  setCounter(branch, key, (count ?? 0) + 1);
  return negatedIf(every.not, truth((count ?? 0) % every.value === packet));
}

interface Cycle {
  readonly every: number;
  readonly packet: number;
  readonly not: boolean;
}

/**
 * The counter stands at each place of its cycle with the same chance, those left out that earlier
 * evaluations on this branch would have hit. A hit tells where it stands.
 */
function anywhere(branch: Branch, key: string, { every, packet, not }: Cycle): Answer {
  const missesKey = `${key} misses`;
  const misses = branch.memory.counters.get(missesKey) ?? 0;
  const of = every - misses;
  assume(branch, `the counter of ${key} stands at any place alike`, "it is not given");
  return {
    ways: not ? of - 1 : 1,
    of,
    settle: (taken, holds) => {
      if (holds === not) setCounter(taken, missesKey, misses + 1);
      else setCounter(taken, key, packet + 1);
    },
  };
}

function setCounter(branch: Branch, key: string, value: number): void {
  branch.memory = { ...branch.memory, counters: branch.memory.counters.set(key, value) };
}

/** The rule's own counter; a second `nth` on one rule has one beside it, even if it is the same. */
function counterKey({ scan }: Branch): string | undefined {
  const rule = scan?.chain.rules[scan.rule];
  if (scan === undefined || rule === undefined) return undefined;
  const key = `nth ${scan.table} ${scan.chain.name} ${rule.number}`;
  const before = rule.rule.matches.slice(0, Math.max(0, scan.match));
  const which = before.filter(({ name }) => name === "statistic").length;
  return which === 0 ? key : `${key} ${which}`;
}
