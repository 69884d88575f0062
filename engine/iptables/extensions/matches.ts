import { addrtype, type AddrtypeMatch } from "./addrtype.js";
import { comment, type CommentMatch } from "./comment.js";
import { conntrack, type ConntrackMatch } from "./conntrack.js";
import type { Opaque } from "./define.js";
import { mark, type MarkMatch } from "./mark.js";
import { recent, type RecentMatch } from "./recent.js";
import { sctp, type SctpMatch } from "./sctp.js";
import { statistic, type StatisticMatch } from "./statistic.js";
import { tcp, type TcpMatch } from "./tcp.js";
import { udp, type UdpMatch } from "./udp.js";

/** Every match that is understood. A new one is added here and nowhere else in the engine. */
export const MATCHES = [
  addrtype,
  comment,
  conntrack,
  mark,
  recent,
  sctp,
  statistic,
  tcp,
  udp,
] as const;

export type Match =
  | AddrtypeMatch
  | CommentMatch
  | ConntrackMatch
  | MarkMatch
  | RecentMatch
  | SctpMatch
  | StatisticMatch
  | TcpMatch
  | UdpMatch
  | Opaque;
