import type {
  Ipv6headerMatch,
  Ipv6HeaderName,
} from "../../engine/iptables/extensions/ipv6header.js";
import { AH, ESP } from "../../engine/net/protocol.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { truth, type Truth } from "./truth.js";

const NO_NEXT_HEADER = 59;

const NAMES: ReadonlyMap<number, Ipv6HeaderName> = new Map([
  [0, "hop-by-hop"],
  [60, "ipv6-opts"],
  [43, "ipv6-route"],
  [44, "ipv6-frag"],
  [AH, "ah"],
]);

/**
 * `ip6t_ipv6header.c: ipv6header_mt6`: the headers of the packet are those of the rule, or with
 * `--soft` these are among them; negated they are others, or with `--soft` none of these.
 */
export function ipv6headerMatches({ header, soft }: Ipv6headerMatch, packet: Packet): Truth {
  if (header === undefined) return "yes";
  const { extensionHeaders, fragment } = packet;
  if (isUnknown(extensionHeaders)) return extensionHeaders;
  const { not, value: asked } = header;
  const numbers = extensionHeaders.map((known) => known.header);
  const before: (Ipv6HeaderName | undefined)[] = numbers.map((number) => NAMES.get(number));
  if (before.includes(undefined)) return "no";
  const fragmentHeader: Ipv6HeaderName[] = fragment === undefined ? [] : ["ipv6-frag"];
  const found = new Set([...before, ...fragmentHeader, transportName(packet.protocol)]);
  const among = asked.filter((name) => found.has(name)).length;
  if (soft === true) return truth(not ? among === 0 : among === asked.length);
  return truth((among === asked.length && found.size === asked.length) !== not);
}

function transportName(protocol: number): Ipv6HeaderName {
  if (protocol === ESP) return "esp";
  if (protocol === AH) return "ah";
  return protocol === NO_NEXT_HEADER ? "ipv6-nonxt" : "protocol";
}
