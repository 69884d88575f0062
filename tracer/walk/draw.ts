import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import type { Draw } from "../match/answer.js";
import { placeOf, record, type Branch } from "./branch.js";
import { unknownBranch } from "./limits.js";
import { openBranch } from "./suppose.js";
import type { Walker } from "./world.js";

const GRID_BITS = 31;

/**
 * Decides, as the packet's lot has it, where the kernel throws dice, or where a counter stands that
 * nobody knows. Where every way is followed, `otherwise` sets up the branch on which the answer is no.
 */
export function drawAnswer(
  walker: Walker,
  branch: Branch,
  draw: Draw,
  otherwise: (other: Branch) => void,
): boolean {
  const { ways, of } = draw;
  if (ways <= 0 || ways >= of) return settled(branch, draw, ways > 0);
  const { lot, luck } = branch;
  if (lot !== undefined) return take(branch, draw, luck.decide(lot, ways, of));
  const other = openBranch(walker, branch);
  if (other === undefined) return unknownBranch(branch);
  take(other, draw, false);
  otherwise(other);
  return take(branch, draw, true);
}

function take(branch: Branch, draw: Draw, holds: boolean): boolean {
  const { of } = draw;
  const ways = holds ? draw.ways : of - draw.ways;
  branch.numerator *= BigInt(ways);
  if (of === PROBABILITY_GRID) branch.bits += GRID_BITS;
  else branch.divisor *= BigInt(of);
  const at = placeOf(branch);
  if (at !== undefined) record(branch, { kind: "drawn", at, holds, ways, of });
  return settled(branch, draw, holds);
}

function settled(branch: Branch, { settle }: Draw, holds: boolean): boolean {
  settle?.(branch, holds);
  return holds;
}
