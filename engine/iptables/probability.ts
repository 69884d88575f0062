/** Draws of `statistic` are uniform over 0 to 2^31-1 (`xt_statistic.c`: `get_random_u32() & 0x7FFFFFFF`). */
export const PROBABILITY_GRID = 2 ** 31;

/**
 * A chance as the kernel knows it: the rule matches when the 31-bit draw is below `threshold`,
 * 0 to 2^31. `text` is the spelling it was read from or is to be printed with; two probabilities
 * of one threshold mean the same.
 */
export interface Probability {
  readonly threshold: number;
  readonly text: string;
}

/** `undefined` when the text is no number from 0 to 1. Rounds as `lround(0x80000000 * p)`. */
export function parseProbability(text: string): Probability | undefined {
  if (!/^\s*[+]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return undefined;
  const chance = Number(text);
  return chance <= 1 ? { threshold: Math.round(chance * PROBABILITY_GRID), text } : undefined;
}

/** kube-proxy's `computeProbability`: one in `n`, with ten decimals. */
export function oneIn(n: number): Probability {
  const text = (1 / n).toFixed(10);
  return { threshold: Math.round(Number(text) * PROBABILITY_GRID), text };
}

/** As a save prints it: eleven decimals of `threshold / 2^31`. */
export function printProbability(threshold: number): string {
  return (threshold / PROBABILITY_GRID).toFixed(11);
}
