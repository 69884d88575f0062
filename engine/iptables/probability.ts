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
  const chance = /^\s*[+]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)
    ? Number(text)
    : parseHexFloat(text);
  if (chance === undefined || chance > 1) return undefined;
  return { threshold: Math.round(chance * PROBABILITY_GRID), text };
}

/** `0x1.8p-2`, as C's `strtod` takes it besides; no number at all counts as none. */
function parseHexFloat(text: string): number | undefined {
  if (/^\s*[+-]?nan$/i.test(text)) return 0;
  const parts = /^\s*\+?0x([\da-f]*)\.?([\da-f]*)(?:p([+-]?\d+))?$/i.exec(text);
  const [, whole = "", fraction = "", exponent = "0"] = parts ?? [];
  if (parts === null || whole + fraction === "") return undefined;
  return Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
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
