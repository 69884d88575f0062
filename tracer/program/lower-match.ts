import { PROBABILITY_GRID } from "../../engine/iptables/probability.js";
import type { AddrtypeMatch } from "../../engine/iptables/extensions/addrtype.js";
import type { Range } from "../../engine/iptables/extensions/codecs.js";
import type { ConntrackMatch, ConntrackState } from "../../engine/iptables/extensions/conntrack.js";
import type { IcmpType } from "../../engine/iptables/extensions/icmp-type.js";
import type { MultiportMatch } from "../../engine/iptables/extensions/multiport.js";
import type { SetMatch } from "../../engine/iptables/extensions/set.js";
import type { StatisticMatch } from "../../engine/iptables/extensions/statistic.js";
import type { TcpMatch } from "../../engine/iptables/extensions/tcp.js";
import type { Match, Negatable } from "../../engine/iptables/types.js";
import { ICMP, ICMPV6, SCTP, TCP, UDP } from "../../engine/net/protocol.js";
import { askMatch } from "../match/index.js";
import { hasPorts, UDPLITE } from "../packet/protocols.js";
import { makePacket } from "../packet/make.js";
import { TCP_FLAG_BITS } from "../packet/types.js";
import { startBranch } from "../walk/branch.js";
import { memoryOf } from "../walk/memory.js";
import {
  ALWAYS,
  all,
  ASK_IT,
  constant,
  LEAVE_IT,
  NEVER,
  operations,
  type Condition,
} from "./condition.js";
import { DESTINATION, DESTINATION_PORT, MARK, PROTOCOL, SOURCE, SOURCE_PORT } from "./fields.js";
import type { Lowering, Tracked } from "./lowering.js";
import {
  CLASS,
  IS_TRANSLATED,
  MASKED,
  NOT_MASKED,
  NOT_RANGE,
  RANDOM,
  RANGE,
  ROW,
} from "./operations.js";
import { ICMP_TYPE, TCP_FLAGS } from "./registers.js";

/**
 * A match for packets that are no fragments and whose ports are known. What is not lowered here is
 * asked of the match itself, which may not look at the connection, as the program keeps none.
 */
export function lowerMatch(match: Match, tracked: Tracked, lowering: Lowering): Condition {
  switch (match.name) {
    case "comment":
      return ALWAYS;
    case "tcp":
      return lowerTcp(match);
    case "udp":
      return all([isOneOf([UDP, UDPLITE], lowering), lowerPorts(match)]);
    case "sctp":
      return match.chunkTypes === undefined ? all([isProtocol(SCTP), lowerPorts(match)]) : ASK_IT;
    case "icmp":
    case "icmp6":
      return lowerIcmp(match.type, lowering);
    case "multiport":
      return lowerMultiport(match, lowering);
    case "mark": {
      if (match.mark === undefined) return ALWAYS;
      const { not, value } = match.mark;
      return operations([not ? NOT_MASKED : MASKED, MARK, value.mask, value.value]);
    }
    case "state":
      return lowerStates(match.state, tracked);
    case "conntrack":
      return lowerConntrack(match, tracked);
    case "cluster":
    case "connbytes":
    case "connlabel":
    case "connlimit":
    case "connmark":
    case "helper":
    case "realm":
      return LEAVE_IT;
    case "statistic":
      return lowerStatistic(match);
    case "addrtype":
      return lowerAddrtype(match, lowering);
    case "set":
      return lowerSet(match, lowering);
    default:
      return ASK_IT;
  }
}

function isProtocol(protocol: number): Condition {
  return operations([RANGE, PROTOCOL, protocol, protocol]);
}

function isOneOf(protocols: readonly number[], { rows }: Lowering): Condition {
  const answers = Array.from({ length: 256 }, (_, number) => protocols.includes(number));
  return operations([ROW, PROTOCOL, rows.add(answers)]);
}

function lowerTcp(match: TcpMatch): Condition {
  if (match.tcpOption !== undefined) return ASK_IT;
  return all([isProtocol(TCP), lowerPorts(match), lowerFlags(match)]);
}

function lowerFlags({ flags }: TcpMatch): Condition {
  if (flags === undefined) return ALWAYS;
  const bits = (names: readonly (keyof typeof TCP_FLAG_BITS)[]) =>
    names.reduce((sum, name) => sum | TCP_FLAG_BITS[name], 0);
  const { mask, set } = flags.value;
  return operations([flags.not ? NOT_MASKED : MASKED, TCP_FLAGS, bits(mask), bits(set)]);
}

/** Of packets whose protocol is known to have ports. */
function lowerPorts(match: {
  readonly sport?: Negatable<Range>;
  readonly dport?: Negatable<Range>;
}): Condition {
  return all([lowerRange(SOURCE_PORT, match.sport), lowerRange(DESTINATION_PORT, match.dport)]);
}

function lowerRange(field: number, wanted: Negatable<Range> | undefined): Condition {
  if (wanted === undefined) return ALWAYS;
  const { min, max } = wanted.value;
  return operations([wanted.not ? NOT_RANGE : RANGE, field, min, max]);
}

/** IPv4's number for "any type". */
const ANY_TYPE = 255;

function lowerIcmp(wanted: Negatable<IcmpType> | undefined, { family }: Lowering): Condition {
  const protocol = isProtocol(family === 4 ? ICMP : ICMPV6);
  if (wanted === undefined) return protocol;
  const { type, minCode, maxCode } = wanted.value;
  if (family === 4 && type === ANY_TYPE) return wanted.not ? NEVER : protocol;
  const range = { min: type * 256 + minCode, max: type * 256 + maxCode };
  return all([protocol, lowerRange(ICMP_TYPE, { not: wanted.not, value: range })]);
}

/** More than one range of ports is asked of the match itself. */
function lowerMultiport(match: MultiportMatch, lowering: Lowering): Condition {
  const all256 = Array.from({ length: 256 }, (_, number) => number);
  const protocol = isOneOf(all256.filter(hasPorts), lowering);
  const { sports, dports, ports } = match;
  if (sports !== undefined) return all([protocol, onlyRange(SOURCE_PORT, sports)]);
  if (dports !== undefined) return all([protocol, onlyRange(DESTINATION_PORT, dports)]);
  return ports === undefined ? protocol : ASK_IT;
}

function onlyRange(field: number, { not, value }: Negatable<readonly Range[]>): Condition {
  const [first, ...others] = value;
  if (first === undefined) return constant(not);
  if (others.length === 0) return lowerRange(field, { not, value: first });
  if (not) return all(value.map((range) => lowerRange(field, { not, value: range })));
  return ASK_IT;
}

/**
 * States are those of a connection's first packet; only whether its destination was translated is
 * not known before. Sources are translated after every rule that could ask.
 */
function lowerStates(
  wanted: Negatable<readonly ConntrackState[]> | undefined,
  tracked: Tracked,
): Condition {
  if (wanted === undefined) return ALWAYS;
  const { not, value } = wanted;
  const fixed: ConntrackState = tracked === "new" ? "NEW" : "INVALID";
  if (value.includes(fixed)) return constant(!not);
  if (tracked !== "new" || !value.includes("DNAT")) return constant(not);
  return operations([IS_TRANSLATED, not ? 0 : 1]);
}

/** Without `--ctstate` a packet of no connection fails. */
function lowerConntrack(match: ConntrackMatch, tracked: Tracked): Condition {
  const state = lowerStates(match.ctstate, tracked);
  if (state.kind === "never") return NEVER;
  if (tracked !== "new") return match.ctstate === undefined ? NEVER : state;
  const others = Object.keys(match).filter((option) => option !== "name" && option !== "ctstate");
  return others.length === 0 ? state : LEAVE_IT;
}

function lowerStatistic({ mode, probability }: StatisticMatch): Condition {
  if (mode === "nth") return ASK_IT;
  if (probability === undefined) return ALWAYS;
  const { threshold } = probability.value;
  const ways = probability.not ? PROBABILITY_GRID - threshold : threshold;
  if (ways <= 0) return NEVER;
  return ways >= PROBABILITY_GRID ? ALWAYS : operations([RANDOM, ways]);
}

/** What addresses are is fixed by the host, unless it is asked of one interface alone. */
function lowerAddrtype(match: AddrtypeMatch, lowering: Lowering): Condition {
  if (match.limitIfaceIn === true || match.limitIfaceOut === true) return ASK_IT;
  const { srcType, dstType } = match;
  return all([
    srcType === undefined ? ALWAYS : byClass(SOURCE, { name: "addrtype", srcType }, lowering),
    dstType === undefined ? ALWAYS : byClass(DESTINATION, { name: "addrtype", dstType }, lowering),
  ]);
}

/** Asks the match about one address of each class. */
function byClass(side: number, match: Match, lowering: Lowering): Condition {
  const { classes, world, host, rows } = lowering;
  const memory = memoryOf({ ...host, connections: { kind: "given", value: [] } });
  const answers = Array.from({ length: classes.samples.length }, (_, number) => {
    const address = classes.samples[number] ?? 0;
    const packet = makePacket({ protocol: UDP, source: address, destination: address });
    return askMatch(match, startBranch(packet, memory, []), world);
  });
  if (answers.some((answer) => answer !== "yes" && answer !== "no")) return ASK_IT;
  return operations([CLASS, side, rows.add(answers.map((answer) => answer === "yes"))]);
}

/** Sets are asked themselves, and those of which only one outcome is possible not even that. */
function lowerSet(match: SetMatch, { host }: Lowering): Condition {
  const name = match.matchSet?.value.set;
  return name === undefined || host.sets.has(name) ? ASK_IT : LEAVE_IT;
}
