import type { DscpTarget } from "../../engine/iptables/extensions/dscp-target.js";
import type { TosTarget } from "../../engine/iptables/extensions/tos-target.js";
import { isUnknown, type Field } from "../packet/field.js";

/** `xt_DSCP.c: tos_tg`. */
export function changedTos(tos: Field<number>, { setTos }: TosTarget): Field<number> {
  if (setTos === undefined) return tos;
  if (setTos.mask === 0xff) return setTos.value;
  return isUnknown(tos) ? tos : ((tos & ~setTos.mask) ^ setTos.value) & 0xff;
}

/** `xt_DSCP.c: dscp_tg`: the two lowest bits stay. */
export function changedDscp(tos: Field<number>, { setDscp }: DscpTarget): Field<number> {
  return isUnknown(tos) || setDscp === undefined ? tos : (tos & 3) | (setDscp << 2);
}
