import { osf, type OsfMatch } from "./osf.js";
import { srh, type SrhMatch } from "./srh.js";
import { mh, type MhMatch } from "./mh.js";
import { ipv6header, type Ipv6headerMatch } from "./ipv6header.js";
import { frag, type FragMatch } from "./frag.js";
import { eui64, type Eui64Match } from "./eui64.js";
import { hbh, type HbhMatch } from "./hbh.js";
import { dst, type DstMatch } from "./dst.js";
import { quota, type QuotaMatch } from "./quota.js";
import { ipcomp, type IpcompMatch } from "./ipcomp.js";
import { helper, type HelperMatch } from "./helper.js";
import { ecn, type EcnMatch } from "./ecn.js";
import { dccp, type DccpMatch } from "./dccp.js";
import { realm, type RealmMatch } from "./realm.js";
import { devgroup, type DevgroupMatch } from "./devgroup.js";
import { cluster, type ClusterMatch } from "./cluster.js";
import { cpu, type CpuMatch } from "./cpu.js";
import { connlabel, type ConnlabelMatch } from "./connlabel.js";
import { connbytes, type ConnbytesMatch } from "./connbytes.js";
import { addrtype, type AddrtypeMatch } from "./addrtype.js";
import { ah, type AhMatch } from "./ah.js";
import { bpf, type BpfMatch } from "./bpf.js";
import { cgroup, type CgroupMatch } from "./cgroup.js";
import { comment, type CommentMatch } from "./comment.js";
import { connlimit, type ConnlimitMatch } from "./connlimit.js";
import { connmark, type ConnmarkMatch } from "./connmark.js";
import { conntrack, type ConntrackMatch } from "./conntrack.js";
import type { Opaque } from "./define.js";
import { dscp, type DscpMatch } from "./dscp.js";
import { esp, type EspMatch } from "./esp.js";
import { hashlimit, type HashlimitMatch } from "./hashlimit.js";
import { hl, type HlMatch } from "./hl.js";
import { icmp, type IcmpMatch } from "./icmp.js";
import { icmp6, type Icmp6Match } from "./icmp6.js";
import { iprange, type IprangeMatch } from "./iprange.js";
import { ipvs, type IpvsMatch } from "./ipvs.js";
import { length, type LengthMatch } from "./length.js";
import { limit, type LimitMatch } from "./limit.js";
import { mac, type MacMatch } from "./mac.js";
import { mark, type MarkMatch } from "./mark.js";
import { multiport, type MultiportMatch } from "./multiport.js";
import { owner, type OwnerMatch } from "./owner.js";
import { physdev, type PhysdevMatch } from "./physdev.js";
import { pkttype, type PkttypeMatch } from "./pkttype.js";
import { policy, type PolicyMatch } from "./policy.js";
import { recent, type RecentMatch } from "./recent.js";
import { rpfilter, type RpfilterMatch } from "./rpfilter.js";
import { rt, type RtMatch } from "./rt.js";
import { sctp, type SctpMatch } from "./sctp.js";
import { set, type SetMatch } from "./set.js";
import { socket, type SocketMatch } from "./socket.js";
import { state, type StateMatch } from "./state.js";
import { statistic, type StatisticMatch } from "./statistic.js";
import { string, type StringMatch } from "./string.js";
import { tcp, type TcpMatch } from "./tcp.js";
import { tcpmss, type TcpmssMatch } from "./tcpmss.js";
import { time, type TimeMatch } from "./time.js";
import { tos, type TosMatch } from "./tos.js";
import { ttl, type TtlMatch } from "./ttl.js";
import { u32, type U32Match } from "./u32.js";
import { udp, type UdpMatch } from "./udp.js";

/** Every match that is understood. A new one is added here and nowhere else in the engine. */
export const MATCHES = [
  addrtype,
  ah,
  bpf,
  cgroup,
  comment,
  connlimit,
  connmark,
  conntrack,
  dscp,
  esp,
  hashlimit,
  hl,
  icmp,
  icmp6,
  iprange,
  ipvs,
  length,
  limit,
  mac,
  mark,
  multiport,
  owner,
  physdev,
  pkttype,
  policy,
  recent,
  rpfilter,
  rt,
  sctp,
  set,
  socket,
  state,
  statistic,
  string,
  tcp,
  tcpmss,
  time,
  tos,
  ttl,
  u32,
  udp,
  connbytes,
  connlabel,
  cpu,
  cluster,
  devgroup,
  realm,
  dccp,
  ecn,
  helper,
  ipcomp,
  quota,
  dst,
  hbh,
  eui64,
  frag,
  ipv6header,
  mh,
  osf,
  srh,
] as const;

export type Match =
  | AddrtypeMatch
  | AhMatch
  | BpfMatch
  | CgroupMatch
  | CommentMatch
  | ConnlimitMatch
  | ConnmarkMatch
  | ConntrackMatch
  | DscpMatch
  | EspMatch
  | HashlimitMatch
  | HlMatch
  | IcmpMatch
  | Icmp6Match
  | IprangeMatch
  | IpvsMatch
  | LengthMatch
  | LimitMatch
  | MacMatch
  | MarkMatch
  | MultiportMatch
  | OwnerMatch
  | PhysdevMatch
  | PkttypeMatch
  | PolicyMatch
  | RecentMatch
  | RpfilterMatch
  | RtMatch
  | SctpMatch
  | SetMatch
  | SocketMatch
  | StateMatch
  | StatisticMatch
  | StringMatch
  | TcpMatch
  | TcpmssMatch
  | TimeMatch
  | TosMatch
  | TtlMatch
  | U32Match
  | UdpMatch
  | ConnbytesMatch
  | ConnlabelMatch
  | CpuMatch
  | ClusterMatch
  | DevgroupMatch
  | RealmMatch
  | DccpMatch
  | EcnMatch
  | HelperMatch
  | IpcompMatch
  | QuotaMatch
  | DstMatch
  | HbhMatch
  | Eui64Match
  | FragMatch
  | Ipv6headerMatch
  | MhMatch
  | OsfMatch
  | SrhMatch
  | Opaque;
