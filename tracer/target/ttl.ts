import type { HlTarget } from "../../engine/iptables/extensions/hl-target.js";
import type { TtlTarget } from "../../engine/iptables/extensions/ttl-target.js";
import { isUnknown, type Field } from "../packet/field.js";

/** `xt_HL.c`: stops at 0 and at 255. */
export function changedTtl(ttl: Field<number>, target: TtlTarget | HlTarget): Field<number> {
  if (target.set !== undefined) return target.set;
  if (isUnknown(ttl)) return ttl;
  const wanted = ttl + (target.inc ?? 0) - (target.dec ?? 0);
  return Math.min(255, Math.max(0, wanted));
}
