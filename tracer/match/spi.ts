import type { AhMatch } from "../../engine/iptables/extensions/ah.js";
import type { EspMatch } from "../../engine/iptables/extensions/esp.js";
import { unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { isFurther } from "./header.js";
import { within } from "./numbers.js";
import { all, type Truth } from "./truth.js";

const ESP = 50;
const AH = 51;

/** `xt_esp.c: esp_mt`. */
export function espMatches({ spi }: EspMatch, packet: Packet): Truth {
  return packet.protocol === ESP && !isFurther(packet) ? within(spi, packet.spi) : "no";
}

/** `ipt_ah.c: ah_mt`, `ip6t_ah.c: ah_mt6`. */
export function ahMatches({ spi, len, reserved }: AhMatch, packet: Packet): Truth {
  if (packet.protocol !== AH || isFurther(packet)) return "no";
  const rest = len === undefined && reserved === undefined;
  return all([
    within(spi, packet.spi),
    rest ? "yes" : unknown("the rest of the AH header is not given"),
  ]);
}
