import type { Hook, Rule, TableName } from "../../engine/iptables/types.js";
import type { Packet } from "../packet/types.js";

/** All ends that a packet may meet. */
export const VERDICTS = [
  /** Left by another interface, on its way from outside. */
  "forwarded",
  /** Made by the node itself and left by an interface. */
  "sent",
  /** Reached a socket of the node. */
  "delivered",
  "dropped",
  /** Dropped, with an answer to the sender. */
  "rejected",
  /** No route, or one that forbids. */
  "unrouted",
  /** Cannot be told; `Path.because` says why. */
  "unknown",
] as const;
/** One of `VERDICTS`. */
export type Verdict = (typeof VERDICTS)[number];

/** A rule that matched. */
export interface Step {
  readonly hook: Hook;
  readonly table: TableName;
  readonly chain: string;
  /** From 1, within its chain; 0 stands for the policy of a built-in chain. */
  readonly rule: number;
  /** `DNAT`, `ACCEPT`, or the chain that it goes to; empty for a rule that only counts. */
  readonly target: string;
  /** `undefined` for a policy. */
  readonly definition: Rule | undefined;
}

/** A condition that could not be told, and which way this path took it. */
export interface Condition {
  /** As in `-m bpf ... at filter INPUT rule 3`. */
  readonly what: string;
  readonly holds: boolean;
  readonly why: string;
}

/** A piece of the host's state that was assumed and had a say in this path. */
export interface Assumption {
  /** As in `net.ipv4.ip_forward = 1`. */
  readonly what: string;
  readonly because: string;
}

/** How one packet went. */
export interface Path {
  readonly verdict: Verdict;
  /** One plain phrase for what ended it, as in `filter INPUT rule 3 (DROP)` or `no route to 10.0.0.1`. */
  readonly because: string;
  /** The rules that matched, in order, policies left out. */
  readonly steps: readonly Step[];
  readonly in: string | undefined;
  /** The last outgoing interface that routing chose. */
  readonly out: string | undefined;
  /**
   * What was answered: `icmp-port-unreachable`, `tcp-reset`, `icmp-time-exceeded`; `nothing` where a
   * REJECT may not answer.
   */
  readonly with: string | undefined;
  /**
   * What the sending program is told of a packet that the node itself made and did not send:
   * `EPERM`, `ENETUNREACH`.
   */
  readonly error: string | undefined;
  /** As it came, and as it was when it ended. */
  readonly first: Packet;
  readonly last: Packet;
  /** The answer itself, where the node made one. */
  readonly answer: Packet | undefined;
  /** Something in the packet's addresses or ports was rewritten. */
  readonly translated: boolean;
  readonly conditions: readonly Condition[];
  readonly assumptions: readonly Assumption[];
}
