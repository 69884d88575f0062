import type { Family } from "../../net/ip.js";
import { knownMatch, knownTarget } from "./registry.js";

/** Matches of iptables 1.8.9, whether or not they are understood here. */
const MATCHES_BOTH = `addrtype bpf cgroup cluster comment connbytes connlabel connlimit connmark
  conntrack cpu dccp devgroup dscp ecn esp hashlimit helper ipcomp iprange ipvs length limit mac
  mark multiport nfacct osf owner physdev pkttype policy quota rateest recent rpfilter sctp set
  socket state statistic string tcp tcpmss time tos u32 udp`;
const MATCHES_4 = "ah icmp realm ttl";
const MATCHES_6 = "ah dst eui64 frag hbh hl icmp6 ipv6header mh rt srh";

const TARGETS_BOTH = `AUDIT CHECKSUM CLASSIFY CONNMARK CONNSECMARK CT DNAT DSCP HMARK IDLETIMER LED
  LOG MARK MASQUERADE NFLOG NFQUEUE NOTRACK RATEEST REDIRECT SECMARK SET SNAT SYNPROXY TCPMSS
  TCPOPTSTRIP TEE TOS TPROXY TRACE NETMAP REJECT ACCEPT DROP RETURN QUEUE`;
const TARGETS_4 = "CLUSTERIP ECN TTL ULOG";
const TARGETS_6 = "DNPT HL SNPT";

const STANDARD_TARGETS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "QUEUE", "RETURN"]);

const MATCH_NAMES = { 4: names(MATCHES_BOTH, MATCHES_4), 6: names(MATCHES_BOTH, MATCHES_6) };
const TARGET_NAMES = { 4: names(TARGETS_BOTH, TARGETS_4), 6: names(TARGETS_BOTH, TARGETS_6) };

/** Chains mostly have longer names, and are asked for by the hundred thousand. */
export const LONGEST_TARGET = 20;

/** Whether iptables 1.8.9 has such a match. */
export function isIptablesMatch(name: string, family: Family): boolean {
  return MATCH_NAMES[family].has(name) || knownMatch(name, family) !== undefined;
}

/** Whether iptables 1.8.9 has such a target; a chain cannot be made with its name. */
export function isIptablesTarget(name: string, family: Family): boolean {
  if (name.length > LONGEST_TARGET) return false;
  return TARGET_NAMES[family].has(name) || knownTarget(name, family) !== undefined;
}

/** Whether it is a target without any extension, a chain of whose name is refused everywhere. */
export function isStandardTarget(name: string): boolean {
  return STANDARD_TARGETS.has(name);
}

function names(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(/\s+/)));
}
