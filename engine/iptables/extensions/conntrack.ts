import {
  define,
  isBare,
  negatable,
  option,
  refuse,
  type Codec,
  type InstanceOf,
} from "./define.js";
import { maskedAddress } from "./address-codecs.js";
import {
  MAX_32,
  numberRange,
  oneOfAnyCase,
  oneWord,
  protocol,
  setOf,
  startsWith,
} from "./codecs.js";
import { connectionPorts } from "./port-codecs.js";

/** In the order in which a save prints them. */
export const CONNTRACK_STATES = [
  "INVALID",
  "NEW",
  "RELATED",
  "ESTABLISHED",
  "UNTRACKED",
  "SNAT",
  "DNAT",
] as const;
export type ConntrackState = (typeof CONNTRACK_STATES)[number];

/** `E` means ESTABLISHED, `R` RELATED: the order in which short forms are tried. */
export const STATE_READ_ORDER: readonly ConntrackState[] = [
  "INVALID",
  "NEW",
  "ESTABLISHED",
  "RELATED",
  "UNTRACKED",
  "SNAT",
  "DNAT",
];

/** Bits of `ip_conntrack_status`, in the order in which a save prints them. */
export const CONNTRACK_STATUSES = ["EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"] as const;
export type ConntrackStatus = (typeof CONNTRACK_STATUSES)[number];

/** The empty set is `NONE`: it matches when none of the four is up. */
const statuses: Codec<readonly ConntrackStatus[]> = oneWord<readonly ConntrackStatus[]>(
  (text) => {
    const found: string[] = [];
    for (const item of text.split(",")) {
      const known = ["NONE", ...CONNTRACK_STATUSES].find(
        (name) => item !== "" && startsWith(name, item),
      );
      if (known === undefined) {
        return refuse(`"${item}" is none of NONE, ${CONNTRACK_STATUSES.join(", ")}`);
      }
      found.push(known);
    }
    return CONNTRACK_STATUSES.filter((known) => found.includes(known));
  },
  (value) => (value.length === 0 ? "NONE" : value.join(",")),
);

/** Kernel: `net/netfilter/xt_conntrack.c: conntrack_mt`. */
export const conntrack = define({
  name: "conntrack",
  families: [4, 6],
  options: {
    ctstate: negatable("--ctstate", setOf(CONNTRACK_STATES, STATE_READ_ORDER)),
    ctproto: negatable("--ctproto", protocol),
    ctorigsrc: negatable("--ctorigsrc", maskedAddress),
    ctorigdst: negatable("--ctorigdst", maskedAddress),
    ctreplsrc: negatable("--ctreplsrc", maskedAddress),
    ctrepldst: negatable("--ctrepldst", maskedAddress),
    ctorigsrcport: negatable("--ctorigsrcport", connectionPorts),
    ctorigdstport: negatable("--ctorigdstport", connectionPorts),
    ctreplsrcport: negatable("--ctreplsrcport", connectionPorts),
    ctrepldstport: negatable("--ctrepldstport", connectionPorts),
    ctstatus: negatable("--ctstatus", statuses),
    /** Seconds of lifetime that are left. */
    ctexpire: negatable("--ctexpire", numberRange(MAX_32)),
    ctdir: option("--ctdir", oneOfAnyCase(["ORIGINAL", "REPLY"])),
  },
  check: (data) => (isBare(data) ? "at least one option is required" : undefined),
});
export type ConntrackMatch = InstanceOf<typeof conntrack>;
