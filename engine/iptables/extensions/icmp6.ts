import { ICMPV6 } from "../../net/protocol.js";
import { define, negatable, type InstanceOf } from "./define.js";
import { icmpType, type IcmpName } from "./icmp-type.js";

/** Names of RFC 4443 and 4861 as ip6tables spells them. */
const NAMES: readonly IcmpName[] = [
  ["destination-unreachable", 1],
  ["no-route", 1, 0],
  ["communication-prohibited", 1, 1],
  ["beyond-scope", 1, 2],
  ["address-unreachable", 1, 3],
  ["port-unreachable", 1, 4],
  ["failed-policy", 1, 5],
  ["reject-route", 1, 6],
  ["packet-too-big", 2],
  ["time-exceeded", 3],
  ["ttl-exceeded", 3],
  ["ttl-zero-during-transit", 3, 0],
  ["ttl-zero-during-reassembly", 3, 1],
  ["parameter-problem", 4],
  ["bad-header", 4, 0],
  ["unknown-header-type", 4, 1],
  ["unknown-option", 4, 2],
  ["echo-request", 128],
  ["ping", 128],
  ["echo-reply", 129],
  ["pong", 129],
  ["router-solicitation", 133],
  ["router-advertisement", 134],
  ["neighbour-solicitation", 135],
  ["neighbor-solicitation", 135],
  ["neighbour-advertisement", 136],
  ["neighbor-advertisement", 136],
  ["redirect", 137],
];

/** Kernel: `icmp6_match` of `xt_tcpudp.c` (`ip6_tables.c` before 6.4). */
export const icmp6 = define({
  name: "icmp6",
  families: [6],
  protocol: ICMPV6,
  options: { type: negatable("--icmpv6-type", icmpType(NAMES, String)) },
  check: ({ type }) => (type === undefined ? "--icmpv6-type is required" : undefined),
});
export type Icmp6Match = InstanceOf<typeof icmp6>;
