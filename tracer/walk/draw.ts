import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import { placeOf, record, type Branch } from "./branch.js";
import { unknownBranch } from "./limits.js";
import { openBranch } from "./suppose.js";
import type { Walker } from "./world.js";

const DRAW_BITS = 31;

/**
 * Throws the kernel's dice: true in `ways` of 2^31 cases. Where every way is followed, `otherwise`
 * sets up the branch on which it is false.
 */
export function drawAnswer(
  walker: Walker,
  branch: Branch,
  ways: number,
  otherwise: (other: Branch) => void,
): boolean {
  if (ways <= 0 || ways >= PROBABILITY_GRID) return ways > 0;
  const drawn = walker.chooser.draw();
  if (drawn !== undefined) {
    const holds = drawn < ways;
    weigh(branch, holds ? ways : PROBABILITY_GRID - ways, holds);
    return holds;
  }
  const other = openBranch(walker, branch);
  if (other === undefined) return unknownBranch(branch);
  weigh(other, PROBABILITY_GRID - ways, false);
  otherwise(other);
  weigh(branch, ways, true);
  return true;
}

function weigh(branch: Branch, ways: number, holds: boolean): void {
  branch.numerator *= BigInt(ways);
  branch.bits += DRAW_BITS;
  const at = placeOf(branch);
  if (at !== undefined) record(branch, { kind: "drawn", at, holds, ways, bits: DRAW_BITS });
}
