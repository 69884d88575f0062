import type { WalkEvent } from "../walk/events.js";
import type { Outcome } from "../walk/walk.js";
import { lostDraws } from "./lost-draws.js";

/** A chain of nat whose draws do not give each of its ways the same chance. */
export interface UnevenDraws {
  readonly chain: string;
  /** Chance of each draw to match, in the order of its rules. */
  readonly chances: readonly number[];
  /** Share of the packets that each draw gets, and then what is left for the rule after them. */
  readonly shares: readonly number[];
}

/** Of all ways of one packet. Printed probabilities round, and the kernel's grid is 2^-31. */
const EVEN = 1e-4;

/** Chains that lose packets are another matter (`lostDraws`); so are ways of which some are missing. */
export function unevenDraws(outcomes: readonly Outcome[]): readonly UnevenDraws[] {
  const lossy = new Set(
    outcomes.flatMap(({ events }) => lostDraws(events).map(({ chain }) => chain)),
  );
  return [...drawsByChain(outcomes.flatMap(({ events }) => events))].flatMap(([chain, draws]) => {
    const sorted = [...draws].sort(([left], [right]) => left - right).map(([, draw]) => draw);
    const chances = sorted.map(({ chance }) => chance);
    const shares = sharesOf(chances);
    const whole = sorted.every(({ won, lost }) => won && lost);
    const uneven = shares.some((share) => Math.abs(share - 1 / shares.length) > EVEN);
    return uneven && whole && !lossy.has(chain) ? [{ chain, chances, shares }] : [];
  });
}

interface Draw {
  readonly chance: number;
  /** Seen to match, and seen to fail. */
  readonly won: boolean;
  readonly lost: boolean;
}

/** Draws of nat by chain and number of the rule. */
function drawsByChain(
  events: readonly WalkEvent[],
): ReadonlyMap<string, ReadonlyMap<number, Draw>> {
  const chains = new Map<string, Map<number, Draw>>();
  for (const event of events) {
    if (event.kind !== "drawn" || event.at.table !== "nat") continue;
    const { at, holds, ways, of } = event;
    const draws = chains.get(at.chain) ?? new Map<number, Draw>();
    const known = draws.get(at.rule);
    draws.set(at.rule, {
      chance: (holds ? ways : of - ways) / of,
      won: holds || known?.won === true,
      lost: !holds || known?.lost === true,
    });
    chains.set(at.chain, draws);
  }
  return chains;
}

function sharesOf(chances: readonly number[]): readonly number[] {
  let left = 1;
  const shares = chances.map((chance) => {
    const share = left * chance;
    left -= share;
    return share;
  });
  return [...shares, left];
}
