import type { MacMatch } from "../../engine/iptables/extensions/mac.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** `xt_mac.c: mac_mt`: a packet that came by no Ethernet matches neither plainly nor negated. */
export function macMatches({ source }: MacMatch, { sourceMac }: Packet): Truth {
  if (sourceMac === undefined) return "no";
  if (isUnknown(sourceMac)) return sourceMac;
  if (source === undefined) return "yes";
  return negatedIf(source.not, truth(source.value === sourceMac.toLowerCase()));
}
