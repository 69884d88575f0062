import seedrandom from "seedrandom";
import type { Chooser } from "./types.js";

/**
 * Lots from a generator that a seed fixes: the same seed gives the same walks. The generator is
 * Marsaglia's xorshift128 ("Xorshift RNGs", 2003), its state taken from the seed by seedrandom's
 * `alea`: a number takes a fifth of the time that `alea` itself takes.
 */
export function seeded(seed: string): Chooser {
  const seeds = seedrandom.alea(seed);
  // All zeros would stay so for ever; a bit that is always set rules that out.
  const state = Int32Array.of(seeds.int32(), seeds.int32(), seeds.int32(), seeds.int32() | 1);
  const ahead = new Float64Array(AHEAD);
  let next = AHEAD;
  const refill = (): void => {
    if (next < AHEAD) return;
    fill(ahead, state);
    next = 0;
  };
  const lot = (): number => {
    refill();
    return ahead[next++] ?? 0;
  };
  const lots = (into: Float64Array, count: number): void => {
    for (let at = 0; at < count;) {
      refill();
      const some = Math.min(AHEAD - next, count - at);
      into.set(ahead.subarray(next, next + some), at);
      next += some;
      at += some;
    }
  };
  return { lot, lots };
}

/** So many lots are made at once. */
const AHEAD = 1024;

/** Two lots at a time, as the state then comes round to where it was. */
function fill(into: Float64Array, state: Int32Array): void {
  let [x = 0, y = 0, z = 0, w = 0] = state;
  for (let at = 0; at < AHEAD; at = (at + 2) | 0) {
    x ^= x << 11;
    x ^= (x >>> 8) ^ w ^ (w >>> 19);
    y ^= y << 11;
    y ^= (y >>> 8) ^ x ^ (x >>> 19);
    z ^= z << 11;
    z ^= (z >>> 8) ^ y ^ (y >>> 19);
    w ^= w << 11;
    w ^= (w >>> 8) ^ z ^ (z >>> 19);
    into[at] = (x >>> 0) * 2 ** 21 + (y >>> 11);
    into[at + 1] = (z >>> 0) * 2 ** 21 + (w >>> 11);
  }
  state.set([x, y, z, w]);
}
