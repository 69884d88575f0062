import { ruleKey } from "../canonical.js";
import { PROBABILITY_GRID } from "../probability.js";
import type { StatisticMatch } from "../extensions/statistic.js";
import type { Chain, Rule } from "../types.js";
import type { Family } from "../../net/ip.js";
import { endsWalk, isUnconditional, type TableContext } from "./context.js";

/** One way out of a chain that draws lots, and the share of packets that takes it. */
interface Branch {
  readonly rule: Rule;
  /** Of the packets that come to the rule; 1 for one that takes all of them. */
  readonly chance: number;
  readonly share: number;
}

/** Rules in a row that ask the same of a packet and then draw lots between their targets. */
interface Lottery {
  readonly branches: readonly Branch[];
  /** The share that none of them takes. */
  readonly left: number;
  /** The rule after the last branch. */
  readonly next: number;
}

/** Smaller than any probability that 31 bits can tell apart from none. */
const NOTHING = 1e-9;
/** Shares count as even when they differ by less: some print probabilities with five decimals. */
const EVEN = 1e-4;

/**
 * Chains that spread packets by chance (`-m statistic`): whether every packet finds a target,
 * whether a target stands twice, whether all get the same. Each rule only sees what those before
 * it let through, so that of n rules the first needs 1/n, the next 1/(n-1), the last nothing at all.
 */
export function checkProbabilities(context: TableContext): void {
  for (const chain of context.table.chains.values()) {
    for (let at = 0; at < chain.rules.length; at++) {
      const lottery = readLottery(chain, at, context);
      if (lottery === undefined) continue;
      checkLottery(chain, lottery, context);
      at = lottery.next - 1;
    }
  }
}

function readLottery(chain: Chain, from: number, context: TableContext): Lottery | undefined {
  const branches: Branch[] = [];
  let left = 1;
  let at = from;
  let asked: string | undefined;
  for (; at < chain.rules.length; at++) {
    const rule = chain.rules[at];
    const draw = rule === undefined ? undefined : drawOf(rule);
    if (rule === undefined || draw === undefined || !takesAway(rule, context)) break;
    const key = conditionsOf(rule, context.family);
    if (asked !== undefined && asked !== key) break;
    asked = key;
    branches.push({ rule, chance: draw, share: left * draw });
    left *= 1 - draw;
  }
  const last = chain.rules[at];
  const first = branches[0];
  if (first === undefined) return undefined;
  const catches =
    last !== undefined &&
    takesAway(last, context) &&
    drawOf(last) === undefined &&
    (isUnconditional(last) || conditionsOf(last, context.family) === asked);
  if (!catches) return { branches, left, next: at };
  return { branches: [...branches, { rule: last, chance: 1, share: left }], left: 0, next: at + 1 };
}

/** The chance with which the rule's one `statistic` lets a packet match; `undefined` without one. */
function drawOf(rule: Rule): number | undefined {
  const draws = rule.matches.filter((match) => match.name === "statistic");
  const [draw] = draws;
  return draw === undefined || draws.length > 1 ? undefined : chanceOf(draw);
}

function chanceOf(match: StatisticMatch): number | undefined {
  const { probability, every } = match;
  if (probability !== undefined) {
    const chance = probability.value.threshold / PROBABILITY_GRID;
    return probability.not ? 1 - chance : chance;
  }
  return every === undefined || every.not ? undefined : 1 / every.value;
}

/** A jump counts: the chain it leads to is meant to settle the packet. */
function takesAway(rule: Rule, { final }: TableContext): boolean {
  return rule.target?.name === "jump" || endsWalk(rule, final);
}

/** What a rule asks besides its draw, as a text to compare. */
function conditionsOf(rule: Rule, family: Family): string {
  const matches = rule.matches.filter(({ name }) => name !== "statistic" && name !== "comment");
  return ruleKey({ ...rule, matches, target: undefined }, family);
}

function checkLottery(chain: Chain, lottery: Lottery, context: TableContext): void {
  const { branches, left } = lottery;
  const last = branches.at(-1);
  if (last === undefined) return;
  checkRepeats(chain, branches, context);
  // A single draw is as a rule a sample; in nat nothing is sampled.
  if (branches.length < 2 && context.table.name !== "nat") return;
  const shares = branches.map(({ share }) => percent(share)).join(", ");
  if (left > NOTHING) {
    const what = branches.length === 1 ? "its only target gets" : "its targets get";
    context.report(
      "warning",
      "probability-loses-packets",
      `${percent(left)} of the packets in ${chain.name} match none of its draws: ${what} ${shares}; ` +
        "the last one needs no probability at all",
      { chain, rule: last.rule, word: "--probability" },
    );
    return;
  }
  const even = 1 / branches.length;
  if (branches.some(({ share }) => Math.abs(share - even) > EVEN)) {
    const isSlip = isOneChance(branches);
    context.report(
      isSlip ? "warning" : "note",
      "uneven-probability",
      `the targets in ${chain.name} get uneven shares: ${shares}${isSlip ? evenChances(branches.length) : ""}`,
      { chain, rule: branches[0]?.rule, word: "--probability" },
    );
  }
}

/** Whether all draw with one chance, as if each saw all packets: hardly ever meant so. */
function isOneChance(branches: readonly Branch[]): boolean {
  const draws = branches.filter(({ chance }) => chance < 1);
  const [first] = draws;
  return draws.length > 1 && draws.every(({ chance }) => chance === first?.chance);
}

function evenChances(targets: number): string {
  const chances = Array.from({ length: targets - 1 }, (_, at) => `1/${targets - at}`);
  const shown = chances.length > 6 ? [...chances.slice(0, 3), "...", "1/2"] : chances;
  return `; each draw sees only what those before it left: even shares take ${shown.join(", ")} and no draw in the last rule`;
}

function checkRepeats(chain: Chain, branches: readonly Branch[], context: TableContext): void {
  const seen = new Map<string, Rule>();
  for (const { rule } of branches) {
    const key = ruleKey({ ...rule, matches: [] }, context.family);
    const before = seen.get(key);
    if (before !== undefined) {
      const line = before.origin.kind === "source" ? `, as in line ${before.origin.line}` : "";
      context.report(
        "warning",
        "probability-repeats-target",
        `${chain.name} draws twice for the same target${line}`,
        { chain, rule },
      );
    }
    seen.set(key, rule);
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(4))}%`;
}
