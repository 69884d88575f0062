import { PLAIN } from "./style.js";
import { addFractions, fractionToNumber, formatFraction, type Fraction } from "../odds/fraction.js";
import { suppositionKey, type OutcomeGroup } from "../odds/group.js";
import type { Assumption } from "../walk/result.js";
import { outcomeJson, JSON_VERSION, type OddsJson } from "./json.js";
import { circumstanceLines, entryLine, pathText, type TextOptions } from "./text.js";
import { verdictLine } from "./verdict.js";

/** The groups as `trace --odds -o json` prints them. */
export function oddsJson(groups: readonly OutcomeGroup[]): OddsJson {
  return {
    version: JSON_VERSION,
    outcomes: groups.map(({ odds, path }) => outcomeJson(odds, path)),
  };
}

/** Every outcome in a line with its chance; in full detail each with its path. */
export function oddsText(groups: readonly OutcomeGroup[], options: TextOptions): string {
  const [first] = groups;
  if (first === undefined) return "";
  if (options.detail === "minimal") return minimalOdds(groups);
  const lines = [entryLine(first.path, options), ""];
  const blocks = bySupposition(groups).map((block) => alike(block, options));
  const shown = options.detail === "full" ? blocks : simplest(blocks, options);
  for (const block of shown) {
    const [member] = block;
    if (member === undefined) continue;
    lines.push(
      ...circumstanceLines({ conditions: member.path.conditions, assumptions: [] }, options),
    );
    lines.push(...block.map((group) => oddsLine(group, options)), "");
  }
  const left = blocks.length - shown.length;
  if (left > 0) lines.push(leftOut(left), "");
  if (options.detail === "full") {
    for (const group of groups) {
      lines.push(options.style.cyan(`${percentText(group.odds)}:`), pathText(group.path, options));
    }
  }
  lines.push(...circumstanceLines({ conditions: [], assumptions: assumptionsOf(groups) }, options));
  return `${lines.join("\n").trimEnd()}\n`;
}

/** What is supposed first has its outcomes together: their chances add up to 1. */
function bySupposition(groups: readonly OutcomeGroup[]): readonly (readonly OutcomeGroup[])[] {
  return gather(groups, ({ path }) => suppositionKey(path.conditions));
}

/** Ends that read the same, such as one rule that drops what was meant for several endpoints. */
function alike(block: readonly OutcomeGroup[], { names }: TextOptions): readonly OutcomeGroup[] {
  return gather(block, ({ path }) => verdictLine(path, names, PLAIN))
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const odds = others.reduce((sum, other) => addFractions(sum, other.odds), first.odds);
      return [{ ...first, odds }];
    })
    .sort((left, right) => fractionToNumber(right.odds) - fractionToNumber(left.odds));
}

/** More combinations of what is not known than these are told by the simplest for each end. */
const MOST_SUPPOSITIONS = 16;

/** As many blocks as show every end, those first that suppose the least. */
function simplest(
  blocks: readonly (readonly OutcomeGroup[])[],
  { names }: TextOptions,
): readonly (readonly OutcomeGroup[])[] {
  if (blocks.length <= MOST_SUPPOSITIONS) return blocks;
  const supposed = (block: readonly OutcomeGroup[]): number =>
    block[0]?.path.conditions.length ?? 0;
  const seen = new Set<string>();
  return [...blocks]
    .sort((left, right) => supposed(left) - supposed(right))
    .filter((block) => {
      const ends = block.map(({ path }) => verdictLine(path, names, PLAIN));
      const fresh = ends.some((end) => !seen.has(end));
      for (const end of ends) seen.add(end);
      return fresh;
    });
}

function leftOut(left: number): string {
  const combinations = left === 1 ? "one more combination" : `${left} more combinations`;
  return `${combinations} of what is not known: no other ends (all by --detail full, or -o json)`;
}

function gather<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const known = found.get(key);
    if (known === undefined) found.set(key, [item]);
    else known.push(item);
  }
  return [...found.values()];
}

function oddsLine({ odds, path }: OutcomeGroup, { names, style }: TextOptions): string {
  const chance = `${percentText(odds).padStart(9)}  ${shortFraction(odds).padEnd(7)}`;
  return `${style.bold(chance)} ${verdictLine(path, names, style)}`;
}

/** A percentage with as many decimals as tell it from a rounder one, six at the most. */
export function percentText(odds: Fraction): string {
  const percent = fractionToNumber(odds) * 100;
  const text = percent.toFixed(4).replace(/\.?0+$/, "");
  return text === "0" && odds.numerator > 0n ? "< 0.0001 %" : `${text} %`;
}

/** The fraction itself where it is short; the kernel's grid of 2^-31 makes most of them long. */
function shortFraction(odds: Fraction): string {
  const exact = formatFraction(odds);
  if (exact.length <= 7) return exact;
  const inverse = 1 / fractionToNumber(odds);
  const whole = Math.round(inverse);
  return Math.abs(inverse - whole) < whole * 1e-6 ? `~1/${whole}` : "";
}

function minimalOdds(groups: readonly OutcomeGroup[]): string {
  const minimal = { detail: "minimal", names: () => undefined } as const;
  return groups
    .map(({ odds, path }) => {
      const text = pathText(path, { ...minimal, style: PLAIN });
      return `${formatFraction(odds)} ${text.trimEnd().split("\n").at(-1)}\n`;
    })
    .join("");
}

function assumptionsOf(groups: readonly OutcomeGroup[]): readonly Assumption[] {
  const seen = new Map<string, Assumption>();
  for (const { ways } of groups) {
    for (const { path } of ways) {
      for (const assumption of path.assumptions) seen.set(assumption.what, assumption);
    }
  }
  return [...seen.values()];
}
