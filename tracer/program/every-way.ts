import { oddOver, type Fraction } from "../odds/fraction.js";
import { MAX_BRANCHES } from "../walk/limits.js";
import type { PacketBatch } from "./batch.js";
import { failItem, firstItem, itemCount, takeItem, takeNone, waysOf } from "./draws.js";
import { interfacesOf, load } from "./load.js";
import { DRAWS_HERE, PICKS_PORT } from "./needs.js";
import { operate } from "./operate.js";
import { pickPort } from "./pick-port.js";
import type { Lowered } from "./program.js";
import { Standing } from "./standing.js";

/**
 * `above * factor / 2^bits`; both are odd, so that this is in lowest terms. The last multiplication
 * waits until it is asked for: `above` may have thousands of bits, and many ways share it.
 */
interface Chance {
  readonly above: bigint;
  readonly factor: number;
  readonly bits: number;
}

/** Told of every way that ends: the verdict, a number of `VERDICTS`, and where the packet then stands. */
export type OnEnd = (verdict: number, standing: Standing, odds: Fraction) => void;

const DRAW_BITS = 31;

/**
 * Runs the one packet of the batch every way that the dice may fall, in the order of the rules. False
 * when something on its way is for the reference walk: what was told by then is not all of it.
 */
export function runEveryWay(lowered: Lowered, packets: PacketBatch, onEnd: OnEnd): boolean {
  const { machine } = lowered;
  const standing = new Standing();
  if (!load(machine, interfacesOf(lowered, packets), packets, 0, standing)) return false;
  /** Those that are not followed yet stand where their draw failed. */
  const open: { readonly standing: Standing; chance: Chance }[] = [];
  let openCount = 0;
  let chance: Chance = { above: 1n, factor: 1, bits: 0 };
  let left = MAX_BRANCHES;
  for (;;) {
    const need = operate(machine, standing);
    if (need >= 0) {
      onEnd(need, standing, oddOver(chance.above, chance.factor, chance.bits));
      const next = open[--openCount];
      if (next === undefined) return true;
      standing.copyFrom(next.standing);
      chance = next.chance;
    } else if (need === DRAWS_HERE) {
      const item = firstItem(machine, standing);
      const ways = item < itemCount(machine, standing) ? waysOf(machine, standing, item) : -1;
      if (ways < 0) {
        takeNone(machine, standing);
        continue;
      }
      if (ways > 0) {
        if (left-- === 0) return false;
        const other = (open[openCount++] ??= { standing: new Standing(), chance });
        other.standing.copyFrom(standing);
        failItem(machine, other.standing, item);
        const before = multiplied(chance);
        other.chance = times(before, 2 ** DRAW_BITS - ways);
        chance = times(before, ways);
      }
      if (!takeItem(machine, standing, item)) return false;
    } else if (need === PICKS_PORT) {
      pickPort(standing.registers, () => undefined);
    } else {
      return false;
    }
  }
}

function multiplied({ above, factor, bits }: Chance): Chance {
  return { above: factor === 1 ? above : above * BigInt(factor), factor: 1, bits };
}

/** `ways` of 2^31, which is neither 0 nor all of them, of a chance that is multiplied. */
function times({ above, bits }: Chance, ways: number): Chance {
  let factor = ways;
  let shift = DRAW_BITS;
  while (factor % 2 === 0) {
    factor /= 2;
    shift--;
  }
  return { above, factor, bits: bits + shift };
}
