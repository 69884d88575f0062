import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import { SAYS_NO, SAYS_YES } from "./ask.js";
import { firstItem, itemCount, takeItem, takeNone, waysOf } from "./draws.js";
import type { Machine } from "./machine.js";
import { ASKS_MATCH, DRAWS_HERE, LEFT, PICKS_PORT } from "./needs.js";
import { operate } from "./operate.js";
import { pickPort } from "./pick-port.js";
import type { Standing } from "./standing.js";

/** Asks the match that a packet stands at: `SAYS_YES`, `SAYS_NO` or neither. */
export type Ask = (standing: Standing) => number;

/**
 * Runs one packet, its source and ports known, to its verdict (a number of `VERDICTS`); `LEFT`: only
 * the reference walk knows it. `lot`: the packet's; `undefined`: where it draws it is left.
 */
export function runOne(
  machine: Machine,
  standing: Standing,
  lot: number | undefined,
  ask: Ask,
): number {
  for (;;) {
    const need = operate(machine, standing);
    if (need >= 0) return need;
    switch (need) {
      case DRAWS_HERE:
        if (lot === undefined || !drawOn(machine, standing, lot)) return LEFT;
        break;
      case PICKS_PORT: {
        const { registers, luck } = standing;
        pickPort(registers, (count) => (lot === undefined ? undefined : luck.pick(lot, count)));
        break;
      }
      case ASKS_MATCH: {
        const said = ask(standing);
        if (said !== SAYS_NO && said !== SAYS_YES) return LEFT;
        standing.pc = said === SAYS_YES ? standing.pc + 4 : (machine.code[standing.pc + 3] ?? 0);
        break;
      }
      default:
        return LEFT;
    }
  }
}

/** False when it goes too deep. */
function drawOn(machine: Machine, standing: Standing, lot: number): boolean {
  const count = itemCount(machine, standing);
  for (let item = firstItem(machine, standing); item < count; item++) {
    const ways = waysOf(machine, standing, item);
    if (ways === 0 || standing.luck.decide(lot, ways, PROBABILITY_GRID)) {
      return takeItem(machine, standing, item);
    }
  }
  takeNone(machine, standing);
  return true;
}
