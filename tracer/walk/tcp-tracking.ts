import type { TcpState } from "../host/types.js";
import { TCP_FLAG_BITS } from "../packet/types.js";
import type { Direction } from "./memory.js";

const { FIN, SYN, RST, PSH, ACK, URG, ECE, CWR } = TCP_FLAG_BITS;

/** Combinations that a real TCP sends, PSH and those of ECN left out (`tcp_valid_flags`). */
const VALID: ReadonlySet<number> = new Set([
  SYN,
  SYN | URG,
  SYN | ACK,
  RST,
  RST | ACK,
  FIN | ACK,
  FIN | ACK | URG,
  ACK,
  ACK | URG,
]);

export function hasValidFlags(flags: number): boolean {
  return VALID.has(flags & ~(PSH | ECE | CWR));
}

type Kind = "syn" | "syn-ack" | "fin" | "ack" | "rst" | "none";

function kindOf(flags: number): Kind {
  if ((flags & RST) !== 0) return "rst";
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? "syn-ack" : "syn";
  if ((flags & FIN) !== 0) return "fin";
  return (flags & ACK) !== 0 ? "ack" : "none";
}

/** A segment that leaves the state as it is, or one that cannot belong here. */
export type TcpMove = TcpState | "ignored" | "invalid";

const STATES: readonly TcpState[] = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
];

/**
 * A line of `nf_conntrack_proto_tcp.c: tcp_conntracks`: what becomes of each state of `STATES`, with
 * the letters of that file (I ignored, V invalid).
 */
const CODES: Readonly<Record<string, TcpMove>> = {
  SS: "SYN_SENT",
  SR: "SYN_RECV",
  ES: "ESTABLISHED",
  FW: "FIN_WAIT",
  CW: "CLOSE_WAIT",
  LA: "LAST_ACK",
  TW: "TIME_WAIT",
  CL: "CLOSE",
  S2: "SYN_SENT2",
  IG: "ignored",
  IV: "invalid",
};

function line(codes: string): readonly TcpMove[] {
  return codes.split(" ").map((code) => CODES[code] ?? "invalid");
}

const MOVES: Readonly<Record<Direction, Readonly<Record<Kind, readonly TcpMove[]>>>> = {
  original: {
    syn: line("SS SS IG IG IG IG IG SS SS S2"),
    "syn-ack": line("IV IV SR IV IV IV IV IV IV SR"),
    fin: line("IV IV FW FW LA LA LA TW CL IV"),
    ack: line("ES IV ES ES CW CW TW TW CL IV"),
    rst: line("IV CL CL CL CL CL CL CL CL CL"),
    none: line("IV IV IV IV IV IV IV IV IV IV"),
  },
  reply: {
    syn: line("IV S2 IV IV IV IV IV SS IV S2"),
    "syn-ack": line("IV SR IG IG IG IG IG IG IG SR"),
    fin: line("IV IV FW FW LA LA LA TW CL IV"),
    ack: line("IV IG SR ES CW CW TW TW CL IG"),
    rst: line("IV CL CL CL CL CL CL CL CL CL"),
    none: line("IV IV IV IV IV IV IV IV IV IV"),
  },
};

export function tcpMove(direction: Direction, flags: number, state: TcpState): TcpMove {
  return MOVES[direction][kindOf(flags)][STATES.indexOf(state)] ?? "invalid";
}

/** Seconds that an entry lives in each state, by its sysctl's last part and the kernel's default. */
export const TCP_TIMEOUTS: Readonly<Record<TcpState, readonly [sysctl: string, seconds: number]>> =
  {
    NONE: ["close", 10],
    SYN_SENT: ["syn_sent", 120],
    SYN_RECV: ["syn_recv", 60],
    ESTABLISHED: ["established", 432_000],
    FIN_WAIT: ["fin_wait", 120],
    CLOSE_WAIT: ["close_wait", 60],
    LAST_ACK: ["last_ack", 30],
    TIME_WAIT: ["time_wait", 120],
    CLOSE: ["close", 10],
    SYN_SENT2: ["syn_sent", 120],
  };

export function isReset(flags: number): boolean {
  return (flags & RST) !== 0;
}
