import type { RejectTarget } from "../../engine/iptables/extensions/reject-target.js";
import { AH, ESP, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from "../../engine/net/protocol.js";
import type { Packet } from "../packet/types.js";
import { answerIcmp, answerReset, type Answer } from "../walk/answer.js";
import type { World } from "../walk/world.js";

const GRE = 47;

/** Type and code of each `--reject-with` (`ipt_REJECT.c`, `ip6t_REJECT.c`). */
const CODES: Readonly<Record<string, readonly [type: number, code: number]>> = {
  "icmp-net-unreachable": [3, 0],
  "icmp-host-unreachable": [3, 1],
  "icmp-proto-unreachable": [3, 2],
  "icmp-port-unreachable": [3, 3],
  "icmp-net-prohibited": [3, 9],
  "icmp-host-prohibited": [3, 10],
  "icmp-admin-prohibited": [3, 13],
  "icmp6-no-route": [1, 0],
  "icmp6-adm-prohibited": [1, 1],
  "icmp6-addr-unreachable": [1, 3],
  "icmp6-port-unreachable": [1, 4],
  "icmp6-policy-fail": [1, 5],
  "icmp6-reject-route": [1, 6],
};

/** Their packets have no checksum, or one of their own kind (`nf_reject.h: nf_reject_verify_csum`). */
const UNCHECKED: ReadonlySet<number> = new Set([GRE, ESP, AH, SCTP, UDPLITE]);
/** Their packets have a checksum that the kernel knows how to verify: IGMP, OSPF, PIM and VRRP too. */
const CHECKED: ReadonlySet<number> = new Set([TCP, UDP, ICMP, ICMPV6, 2, 89, 103, 112]);

/** What has no checksum where one is sought fails like a broken packet, and nobody is told. */
function passesChecksum({ protocol, wellFormed }: Packet): boolean {
  return UNCHECKED.has(protocol) || (CHECKED.has(protocol) && wellFormed);
}

/** The answer of a REJECT rule, as it is sent before NAT turns its addresses back. */
export function rejectionOf(target: RejectTarget, packet: Packet, world: World): Answer {
  if (!passesChecksum(packet)) return { with: "nothing", packet: undefined };
  const kind =
    target.rejectWith ?? (packet.family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable");
  if (kind === "tcp-reset") return answerReset(world, packet);
  const [type, code] = CODES[kind] ?? [3, 3];
  const answer = answerIcmp(world, packet, type, code);
  return answer.packet === undefined ? answer : { with: kind, packet: answer.packet };
}
