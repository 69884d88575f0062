import type { PhysdevMatch } from "../../engine/iptables/extensions/physdev.js";
import { isUnknown, type Field } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import { sameInterface } from "./header.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/**
 * `xt_physdev.c: physdev_mt`. Only packets that came by a bridge port have any; for others a
 * condition holds just when it is negated.
 */
export function physdevMatches(match: PhysdevMatch, branch: Branch): Truth {
  const { isIn, in: inPort, isOut, out: outPort, isBridged } = match;
  const { physicalIn } = branch.packet;
  if (physicalIn === undefined) {
    return truth([isIn, inPort, isOut, outPort, isBridged].every((asked) => asked?.not !== false));
  }
  const { physicalOut } = branch;
  return all([
    isBridged === undefined ? "yes" : truth((physicalOut !== undefined) !== isBridged.not),
    isIn === undefined ? "yes" : truth(!isIn.not),
    isOut === undefined ? "yes" : truth((physicalOut !== undefined) !== isOut.not),
    named(inPort, physicalIn),
    named(outPort, physicalOut),
  ]);
}

function named(wanted: PhysdevMatch["in"], port: Field<string | undefined>): Truth {
  if (wanted === undefined) return "yes";
  if (isUnknown(port)) return port;
  return negatedIf(wanted.not, truth(port !== undefined && sameInterface(wanted.value, port)));
}
