import type { MaskedNumber } from "../../engine/iptables/extensions/codecs.js";

/** `(mark & ~mask) ^ value` (`xt_mark.c: mark_tg`). */
export function setXmark(mark: number, { value, mask }: MaskedNumber): number {
  return ((mark & ~mask) ^ value) >>> 0;
}
