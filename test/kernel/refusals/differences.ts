import type { Fault } from "../../../engine/errors.js";
import { BUILT_IN_CHAINS, TABLE_NAMES } from "../../../engine/iptables/types.js";

/** How the real tool is run: only `load` hands the rules to the kernel. */
export const MODES = ["legacy --test", "legacy load", "nft --test", "nft load"] as const;
export type Mode = (typeof MODES)[number];

/** Why some modes take what is refused here. */
export interface Difference {
  readonly reason: string;
  /** Every other mode refuses it, as it is refused here. */
  readonly modes: readonly Mode[];
  /** Of the fault. */
  readonly code: string;
  /** Whether it is just this, where the code does not tell. */
  readonly holds?: (fault: Fault, text: string) => boolean;
  /** What the tool says where it takes the text; absent: nothing that counts. */
  readonly said?: RegExp;
  /** Refused here with this code only; tried in every run. */
  readonly example: string;
}

/** Why some modes refuse what is taken here. */
export interface RefusedThere {
  readonly reason: string;
  /** Every other mode takes it, as it is taken here. */
  readonly modes: readonly Mode[];
  readonly said: RegExp;
  readonly holds: (faults: readonly Fault[], text: string) => boolean;
  /** Taken here; tried in every run. */
  readonly example: string;
}

const NFT: readonly Mode[] = ["nft --test", "nft load"];
const TEST: readonly Mode[] = ["legacy --test", "nft --test"];
const NFT_TEST: readonly Mode[] = ["nft --test"];
const NFT_LOAD: readonly Mode[] = ["nft load"];

const AT_COMMIT = "the kernel looks at it, when the table is committed";
const ASKS_KERNEL = "nft asks the kernel what is there, which --test leaves out";
const ENDS_RUN = "-h and -V end the run at once, nothing loaded, and that counts as success";

export const DIFFERENCES: readonly Difference[] = [
  {
    reason: "nft does not look at the policy of a user chain",
    modes: NFT,
    code: "bad-policy",
    holds: (fault, text) => !isOfBuiltIn(fault, text),
    example: filter(":A nonsense"),
  },
  {
    reason: "nft --test does not look at policies",
    modes: NFT_TEST,
    code: "bad-policy",
    holds: isOfBuiltIn,
    example: filter(":INPUT nonsense"),
  },
  {
    reason: "nft does not look at the policy of a user chain",
    modes: NFT,
    code: "policy-on-user-chain",
    example: filter(":A DROP [0:0]"),
  },
  {
    reason: "a CR does no harm in a comment, nor behind the counters of a chain",
    modes: MODES,
    code: "carriage-return",
    holds: (_, text) => endedByCr(text).every((line) => /^(?:#|:\S+ \S+ \S)/.test(line)),
    example: filter("# a\r", ":A - [0:0]\r"),
  },
  {
    reason: "nft does not look at the policy of a user chain, where a CR may be",
    modes: NFT,
    code: "carriage-return",
    holds: (fault, text) =>
      endedByCr(text).every((line) => /^:\S+ \S/.test(line)) && !isOfBuiltIn(fault, text),
    example: filter(":A -\r"),
  },
  {
    reason: "a second chain line only empties the chain again in nft",
    modes: NFT,
    code: "chain-twice",
    example: filter(":A -", ":A -"),
  },
  {
    reason: AT_COMMIT,
    modes: TEST,
    code: "needs-protocol",
    example: filter("-A INPUT -m sctp --dport 80"),
  },
  {
    reason: AT_COMMIT,
    modes: TEST,
    code: "wrong-hook",
    example: filter("-A INPUT -m owner --uid-owner 5"),
  },
  {
    reason: AT_COMMIT,
    modes: TEST,
    code: "wrong-table",
    example: filter("-A INPUT -j CT --notrack"),
  },
  {
    reason: AT_COMMIT,
    modes: TEST,
    code: "loop",
    example: filter(":A -", "-A INPUT -j A", "-A A -j A"),
  },
  {
    reason: AT_COMMIT,
    modes: TEST,
    code: "bad-extension",
    example: filter("-A INPUT -j REJECT --reject-with tcp-reset"),
  },
  {
    reason: ASKS_KERNEL,
    modes: NFT_TEST,
    code: "jump-to-built-in-chain",
    example: filter("-A INPUT -j OUTPUT"),
  },
  {
    reason: ASKS_KERNEL,
    modes: NFT_TEST,
    code: "bad-chain-name",
    holds: (_, text) => /^-E /m.test(text),
    example: filter(":A -", "-E A ACCEPT"),
  },
  {
    reason: ASKS_KERNEL,
    modes: NFT_TEST,
    code: "no-such-position",
    example: filter("-D INPUT 1"),
  },
  {
    reason: ASKS_KERNEL,
    modes: NFT_TEST,
    code: "chain-in-use",
    example: filter(":A -", "-A INPUT -j A", "-X A"),
  },
  { reason: ASKS_KERNEL, modes: NFT_TEST, code: "no-such-chain", example: filter("-A A -p tcp") },
  {
    reason: ASKS_KERNEL,
    modes: NFT_TEST,
    code: "jump-to-missing-chain",
    example: filter("-A INPUT -j A"),
  },
  {
    reason: ASKS_KERNEL,
    modes: NFT_TEST,
    code: "no-such-rule",
    example: filter("-D INPUT -p tcp"),
  },
  { reason: ASKS_KERNEL, modes: NFT_TEST, code: "chain-exists", example: filter("-N A", "-N A") },
  {
    reason: ASKS_KERNEL,
    modes: NFT_TEST,
    code: "chain-not-empty",
    example: filter(":A -", "-A A -p tcp", "-X A"),
  },
  {
    reason: ENDS_RUN,
    modes: MODES,
    code: "illegal-option",
    holds: ({ message }) => /^-\w*h\S* cannot stand in restore input$/.test(message),
    said: /v1\.8\.9 \(\w+\)  *Usage:/,
    example: filter("-h"),
  },
  {
    reason: ENDS_RUN,
    modes: MODES,
    code: "illegal-option",
    holds: ({ message }) => /^-\w*V\S* cannot stand in restore input$/.test(message),
    said: /v1\.8\.9 \(\w+\) $/,
    example: filter("-V"),
  },
];

export const REFUSED_THERE: readonly RefusedThere[] = [
  {
    reason: "names of hosts are looked up when the rules are loaded",
    modes: MODES,
    said: /: host\/network `[^']*' not found/,
    holds: (faults) => faults.some(({ code }) => code === "host-name"),
    example: filter("-A INPUT -s no.such.host"),
  },
  {
    reason: "names of users are looked up when the rules are loaded",
    modes: MODES,
    said: /: owner: Bad value for "--[ug]id-owner" option: "/,
    holds: (faults) => faults.some(({ code }) => code === "local-name"),
    example: filter("-A OUTPUT -m owner --uid-owner no-such-user"),
  },
  {
    reason: "nft cannot give a chain another name in the run that makes it",
    modes: NFT_LOAD,
    said: /CHAIN_RENAME failed \(No such file or directory\)/,
    holds: (_, text) => /^-E /m.test(text),
    example: filter(":A -", "-E A B"),
  },
  {
    reason: "nft crashes where a rule's counters are to be zeroed in the run that makes it",
    modes: NFT_LOAD,
    said: /Segmentation fault/,
    holds: (_, text) => /^-Z \S+ \d/m.test(text),
    example: filter("-A INPUT -p tcp", "-Z INPUT 1"),
  },
];

function filter(...lines: readonly string[]): string {
  return ["*filter", ...lines, "COMMIT", ""].join("\n");
}

function linesOf(text: string): readonly string[] {
  return text.split("\n");
}

/** Lines that end in CR LF, without the LF. */
function endedByCr(text: string): readonly string[] {
  return linesOf(text).filter((line) => line.endsWith("\r"));
}

/** Whether a chain line that is at fault is of a chain that its table has anyway. */
function isOfBuiltIn({ at }: Fault, text: string): boolean {
  const before = linesOf(text).slice(0, at.line);
  const chain = /^:[ \t]*(\S*)/.exec(before.at(-1) ?? "")?.[1];
  const table = TABLE_NAMES.find(
    (name) => name === before.findLast((line) => line.startsWith("*"))?.slice(1),
  );
  return table !== undefined && BUILT_IN_CHAINS[table].some((hook) => hook === chain);
}
