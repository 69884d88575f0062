import type { MaskedNumber } from "../../engine/iptables/extensions/codecs.js";
import type { Negatable } from "../../engine/iptables/types.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** `(mark & mask) == value`, the value not masked, so that `0xff/0xf` never matches (`xt_mark.c`). */
export function markMatches(wanted: Negatable<MaskedNumber> | undefined, mark: number): Truth {
  if (wanted === undefined) return "yes";
  const { value, mask } = wanted.value;
  return negatedIf(wanted.not, truth((mark & mask) >>> 0 === value));
}
