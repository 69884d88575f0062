import { ICMP } from "../../net/protocol.js";
import { define, negatable, type InstanceOf } from "./define.js";
import { icmpType, type IcmpName } from "./icmp-type.js";

/** Names of RFC 792, 950, 1122, 1256 and 1812 as iptables spells them. */
const NAMES: readonly IcmpName[] = [
  ["any", 255],
  ["echo-reply", 0],
  ["pong", 0],
  ["destination-unreachable", 3],
  ["network-unreachable", 3, 0],
  ["host-unreachable", 3, 1],
  ["protocol-unreachable", 3, 2],
  ["port-unreachable", 3, 3],
  ["fragmentation-needed", 3, 4],
  ["source-route-failed", 3, 5],
  ["network-unknown", 3, 6],
  ["host-unknown", 3, 7],
  ["network-prohibited", 3, 9],
  ["host-prohibited", 3, 10],
  ["TOS-network-unreachable", 3, 11],
  ["TOS-host-unreachable", 3, 12],
  ["communication-prohibited", 3, 13],
  ["host-precedence-violation", 3, 14],
  ["precedence-cutoff", 3, 15],
  ["source-quench", 4],
  ["redirect", 5],
  ["network-redirect", 5, 0],
  ["host-redirect", 5, 1],
  ["TOS-network-redirect", 5, 2],
  ["TOS-host-redirect", 5, 3],
  ["echo-request", 8],
  ["ping", 8],
  ["router-advertisement", 9],
  ["router-solicitation", 10],
  ["time-exceeded", 11],
  ["ttl-exceeded", 11],
  ["ttl-zero-during-transit", 11, 0],
  ["ttl-zero-during-reassembly", 11, 1],
  ["parameter-problem", 12],
  ["ip-header-bad", 12, 0],
  ["required-option-missing", 12, 1],
  ["timestamp-request", 13],
  ["timestamp-reply", 14],
  ["address-mask-request", 17],
  ["address-mask-reply", 18],
];

const ANY_TYPE = 255;

/** Kernel: `net/netfilter/x_tables` `icmp_match` of `xt_tcpudp.c` (`ip_tables.c` before 6.4). */
export const icmp = define({
  name: "icmp",
  families: [4],
  protocol: ICMP,
  options: {
    type: negatable(
      "--icmp-type",
      icmpType(NAMES, (type) => (type === ANY_TYPE ? "any" : String(type))),
    ),
  },
  check: ({ type }) => (type === undefined ? "--icmp-type is required" : undefined),
});
export type IcmpMatch = InstanceOf<typeof icmp>;
