import type { Range } from "../../engine/iptables/extensions/codecs.js";
import type { Negatable } from "../../engine/iptables/types.js";
import { isUnknown, type Field } from "../packet/field.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** A number within the range that a rule asks for; a thing the packet does not have is in none. */
export function within(
  wanted: Negatable<Range> | undefined,
  value: Field<number | undefined>,
): Truth {
  if (wanted === undefined) return "yes";
  if (value === undefined) return "no";
  if (isUnknown(value)) return value;
  const { min, max } = wanted.value;
  return negatedIf(wanted.not, truth(value >= min && value <= max));
}

/** The very number that a rule asks for. */
export function equal(wanted: Negatable<number> | undefined, value: Field<number>): Truth {
  if (wanted === undefined) return "yes";
  return isUnknown(value) ? value : negatedIf(wanted.not, truth(value === wanted.value));
}
