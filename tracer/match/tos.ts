import type { MaskedNumber } from "../../engine/iptables/extensions/codecs.js";
import type { Negatable } from "../../engine/iptables/types.js";
import { isUnknown, type Field } from "../packet/field.js";
import { equal } from "./numbers.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** The whole octet under a mask (`xt_dscp.c: tos_mt`). */
export function tosMatches(wanted: Negatable<MaskedNumber> | undefined, tos: Field<number>): Truth {
  if (wanted === undefined) return "yes";
  if (isUnknown(tos)) return tos;
  const { value, mask } = wanted.value;
  return negatedIf(wanted.not, truth((tos & mask) === value));
}

/** Its upper six bits (`xt_dscp.c: dscp_mt`). */
export function dscpMatches(wanted: Negatable<number> | undefined, tos: Field<number>): Truth {
  return equal(wanted, isUnknown(tos) ? tos : tos >> 2);
}
