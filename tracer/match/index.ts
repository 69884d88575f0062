import type { Match } from "../../engine/iptables/types.js";
import { unknown } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import type { World } from "../walk/world.js";
import { addrtypeMatches } from "./addrtype.js";
import type { Answer } from "./answer.js";
import { cgroupMatches } from "./cgroup.js";
import { clusterMatches } from "./cluster.js";
import { connbytesMatches } from "./connbytes.js";
import { connlabelMatches } from "./connlabel.js";
import { connlimitMatches } from "./connlimit.js";
import { connmarkMatches } from "./connmark.js";
import { conntrackMatches, stateMatches } from "./conntrack.js";
import { devgroupMatches } from "./devgroup.js";
import { ecnMatches } from "./ecn.js";
import { eui64Matches } from "./eui64.js";
import { optionsMatch, routingMatches, segmentsMatch } from "./extension-header.js";
import { fragMatches } from "./frag.js";
import { hashlimitMatches } from "./hashlimit.js";
import { helperMatches } from "./helper.js";
import { icmpMatches } from "./icmp.js";
import { iprangeMatches } from "./iprange.js";
import { ipv6headerMatches } from "./ipv6header.js";
import { lengthMatches } from "./length.js";
import { limitMatches } from "./limit.js";
import { macMatches } from "./mac.js";
import { markMatches } from "./mark.js";
import { dccpMatches, mhMatches } from "./message.js";
import { multiportMatches } from "./multiport.js";
import { ownerMatches } from "./owner.js";
import { physdevMatches } from "./physdev.js";
import { pkttypeMatches } from "./pkttype.js";
import { policyMatches } from "./policy.js";
import { quotaMatches } from "./quota.js";
import { realmMatches } from "./realm.js";
import { recentMatches } from "./recent.js";
import { rpfilterMatches } from "./rpfilter.js";
import { sctpMatches } from "./sctp.js";
import { setMatches } from "./set.js";
import { ahMatches, espMatches, ipcompMatches } from "./spi.js";
import { statisticMatches } from "./statistic.js";
import { tcpMatches } from "./tcp.js";
import { tcpmssMatches } from "./tcpmss.js";
import { timeMatches } from "./time.js";
import { dscpMatches, tosMatches } from "./tos.js";
import { ttlMatches } from "./ttl.js";
import { u32Matches } from "./u32.js";
import { udpMatches } from "./udp.js";

/** What one `-m` match says of the packet, with its side effects on the branch's memory. */
export function askMatch(match: Match, branch: Branch, world: World): Answer {
  const { host } = world;
  const { packet } = branch;
  const backend = branch.scan?.backend;
  switch (match.name) {
    case "addrtype":
      return addrtypeMatches(match, branch, host);
    case "ah":
      return ahMatches(match, packet);
    case "bpf":
      return unknown("what the BPF program says of the packet's octets is not known");
    case "cgroup":
      return cgroupMatches(packet);
    case "cluster":
      return clusterMatches(match, branch);
    case "comment":
      return "yes";
    case "connbytes":
      return connbytesMatches(match, branch);
    case "connlabel":
      return connlabelMatches(match, branch);
    case "connlimit":
      return connlimitMatches(match, branch, host);
    case "connmark":
      return connmarkMatches(match, branch);
    case "conntrack":
      return conntrackMatches(match, branch);
    case "cpu":
      return unknown("which processor handles the packet is not known");
    case "dccp":
      return dccpMatches(match, packet);
    case "devgroup":
      return devgroupMatches(match, branch, host);
    case "dst":
    case "hbh":
      return optionsMatch(match, packet);
    case "dscp":
      return dscpMatches(match.dscp, packet.tos);
    case "ecn":
      return ecnMatches(match, packet);
    case "esp":
      return espMatches(match, packet);
    case "eui64":
      return eui64Matches(packet);
    case "frag":
      return fragMatches(match, packet);
    case "helper":
      return helperMatches(match, branch);
    case "hashlimit":
      return hashlimitMatches(match, branch);
    case "hl":
    case "ttl":
      return ttlMatches(match, packet.ttl);
    case "icmp":
    case "icmp6":
      return icmpMatches(match.type, packet, backend);
    case "iprange":
      return iprangeMatches(match, packet);
    case "ipcomp":
      return ipcompMatches(match, packet);
    case "ipv6header":
      return ipv6headerMatches(match, packet);
    case "ipvs":
      return unknown("the node's IP virtual servers are not given");
    case "length":
      return lengthMatches(match, packet);
    case "limit":
      return limitMatches(match, branch);
    case "mac":
      return macMatches(match, packet);
    case "mark":
      return markMatches(match.mark, packet.mark);
    case "mh":
      return mhMatches(match, packet);
    case "multiport":
      return multiportMatches(match, packet, backend);
    case "osf":
      return unknown("the sender's system is not guessed from its SYNs");
    case "owner":
      return ownerMatches(match, packet);
    case "physdev":
      return physdevMatches(match, branch);
    case "pkttype":
      return pkttypeMatches(match, packet, host);
    case "policy":
      return policyMatches(match, branch);
    case "quota":
      return quotaMatches(match, branch);
    case "realm":
      return realmMatches(match, branch, host);
    case "recent":
      return recentMatches(match, branch, host);
    case "rpfilter":
      return rpfilterMatches(match, branch, host);
    case "rt":
      return routingMatches(match, packet);
    case "srh":
      return segmentsMatch(packet);
    case "sctp":
      return sctpMatches(match, packet, backend);
    case "set":
      return setMatches(match, branch, host);
    case "socket":
      return unknown("the node's open sockets are not given");
    case "state":
      return stateMatches(match, branch);
    case "statistic":
      return statisticMatches(match, branch, world);
    case "string":
      return unknown("the packet's payload is not given");
    case "tcp":
      return tcpMatches(match, packet, backend);
    case "tcpmss":
      return tcpmssMatches(match, packet);
    case "time":
      return timeMatches(match, branch, host);
    case "tos":
      return tosMatches(match.tos, packet.tos);
    case "u32":
      return u32Matches(match, packet);
    case "udp":
      return udpMatches(match, packet, backend);
    case "opaque":
      return unknown(match.reason);
  }
}
