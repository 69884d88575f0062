import type { Backend, Outcome } from "./real-tools.js";

/** A rule on which a real tool and what is said here differ. */
export interface Disagreement {
  readonly backend: Backend;
  readonly rule: string;
  readonly outcome: Outcome;
  readonly refused: readonly string[];
  readonly warned: readonly string[];
}

interface Reason {
  readonly backends: readonly Backend[];
  readonly holds: (disagreement: Disagreement) => boolean;
  readonly reason: string;
}

const BOTH: readonly Backend[] = ["legacy", "nft"];

const REASONS: readonly Reason[] = [
  {
    backends: BOTH,
    holds: ({ warned }) => warned.includes("host-name"),
    reason: "names of hosts are looked up when the rule is loaded",
  },
  {
    backends: BOTH,
    holds: ({ warned }) => warned.some((code) => code.startsWith("unknown-")),
    reason: "what is not understood here is taken as it stands",
  },
  {
    backends: BOTH,
    holds: ({ rule, refused }) => /-owner/.test(rule) && refused.includes("bad-value"),
    reason: "names of users and groups differ from host to host",
  },
  {
    backends: ["nft"],
    holds: ({ refused }) =>
      refused.every((code) => code === "needs-protocol") && refused.length > 0,
    reason: "nft takes -m tcp after ! -p tcp",
  },
  {
    backends: ["nft"],
    holds: ({ warned }) => warned.includes("never-matches"),
    reason: "nft refuses, or leaves out, what no packet matches",
  },
  {
    backends: ["nft"],
    holds: ({ rule }) => /! --(?:[sd]|source|destination)-?po\S* *(?:0x0+|0+)?:/.test(rule),
    reason: "nft gives ports above a limit back for a negated range from 0",
  },
  {
    backends: ["nft"],
    holds: ({ rule }) => (rule.match(/-m tcp/g)?.length ?? 0) > 1,
    reason: "nft makes one of two -m tcp",
  },
  {
    backends: ["nft"],
    holds: ({ rule }) => /--nflog-r/.test(rule),
    reason: "nft drops an option that never did anything",
  },
  {
    backends: ["legacy"],
    holds: ({ rule }) => /! -[io] ?\+/.test(rule),
    reason: "a save of the legacy backend leaves it out",
  },
  {
    backends: ["legacy"],
    holds: ({ rule }) => /--limit-b|--limit [^ ]*\/(?:h|d)|TCPMSS|--nflog-p/.test(rule),
    reason: "limits of the legacy kernel, and of the length of its prefixes",
  },
];

/** Why the two differ, where a listed reason tells. */
export function explained(disagreement: Disagreement): string | undefined {
  return REASONS.find(
    ({ backends, holds }) => backends.includes(disagreement.backend) && holds(disagreement),
  )?.reason;
}
