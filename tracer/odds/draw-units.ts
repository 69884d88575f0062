/** A part of many draws that is made with dice of its own, so that parts can be made side by side. */
export interface DrawUnit {
  readonly count: number;
  readonly seed: string;
}

/**
 * Draws that share one generator. At some 20 million a second a unit takes a thread about as long
 * as it takes to be started.
 */
export const DRAWS_PER_UNIT = 2 ** 18;

/** Who makes which part makes no difference: each has a seed of its own, the first the seed itself. */
export function drawUnits(count: number, seed: string): readonly DrawUnit[] {
  const units: DrawUnit[] = [];
  for (let left = count; left > 0; left -= DRAWS_PER_UNIT) {
    const number = units.length;
    units.push({
      count: Math.min(left, DRAWS_PER_UNIT),
      seed: number === 0 ? seed : `${seed} ${number}`,
    });
  }
  return units;
}
