import seedrandom from "seedrandom";
import type { Chooser } from "./types.js";

/**
 * Draws as the kernel draws (31 bits), from a generator that a seed fixes: the same seed gives the
 * same walk. `alea` costs a quarter of the library's default.
 */
export function seeded(seed: string): Chooser {
  const generator = seedrandom.alea(seed);
  const draw = () => generator.int32() & 0x7fffffff;
  return { draw, pick: (count) => Math.floor((draw() / 2 ** 31) * count) };
}
