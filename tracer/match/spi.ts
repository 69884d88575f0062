import type { AhMatch } from "../../engine/iptables/extensions/ah.js";
import type { EspMatch } from "../../engine/iptables/extensions/esp.js";
import type { IpcompMatch } from "../../engine/iptables/extensions/ipcomp.js";
import { AH, ESP, IPCOMP } from "../../engine/net/protocol.js";
import { isUnknown, unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { isFurther } from "./header.js";
import { within } from "./numbers.js";
import { all, type Truth } from "./truth.js";

/** `xt_esp.c: esp_mt`. */
export function espMatches({ spi }: EspMatch, packet: Packet): Truth {
  return packet.protocol === ESP && !isFurther(packet) ? within(spi, packet.spi) : "no";
}

const INDEX_0 = { not: false, value: { min: 0, max: 0 } };

/** `xt_ipcomp.c: comp_mt`: without an index, index 0; the kernel does not look at `--compres`. */
export function ipcompMatches({ spi = INDEX_0 }: IpcompMatch, packet: Packet): Truth {
  return packet.protocol === IPCOMP && !isFurther(packet) ? within(spi, packet.spi) : "no";
}

/** `ipt_ah.c: ah_mt`, `ip6t_ah.c: ah_mt6`. */
export function ahMatches({ spi, len, reserved }: AhMatch, packet: Packet): Truth {
  const has = hasAh(packet);
  if (has !== "yes") return has;
  const rest = len === undefined && reserved === undefined;
  return all([
    within(spi, packet.spi),
    rest ? "yes" : unknown("the rest of the AH header is not given"),
  ]);
}

/** Of IPv6 it is an extension header, behind which the transport's header follows. */
function hasAh({ protocol, fragment, extensionHeaders }: Packet): Truth {
  if (fragment !== undefined && fragment.offset > 0) return "no";
  if (protocol === AH) return "yes";
  if (isUnknown(extensionHeaders)) return extensionHeaders;
  return extensionHeaders.some(({ header }) => header === AH) ? "yes" : "no";
}
