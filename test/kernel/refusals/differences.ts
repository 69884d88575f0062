/** How the real tool is run: only `load` hands the rules to the kernel. */
export const MODES = ["legacy --test", "legacy load", "nft --test", "nft load"] as const;
export type Mode = (typeof MODES)[number];

/** Why a mode may take what is refused here, by the code of the fault or by what it says. */
export interface Difference {
  readonly modes: readonly Mode[];
  readonly codes?: readonly string[];
  /** What the tool says where this is the reason. */
  readonly said?: RegExp;
  readonly reason: string;
}

const NFT: readonly Mode[] = ["nft --test", "nft load"];
const TEST: readonly Mode[] = ["legacy --test", "nft --test"];

/** Each entry must be met at least once: one that no longer is fails the test. */
export const DIFFERENCES: readonly Difference[] = [
  {
    modes: NFT,
    codes: ["bad-policy", "policy-on-user-chain", "carriage-return"],
    reason: "nft looks at the policy only of built-in chains, and not at what follows it",
  },
  {
    modes: NFT,
    codes: ["chain-twice"],
    reason: "a second chain line only empties the chain again in nft",
  },
  {
    modes: TEST,
    codes: [
      "needs-protocol",
      "wrong-hook",
      "wrong-table",
      "loop",
      "jump-to-built-in-chain",
      "bad-extension",
    ],
    reason: "the kernel looks at these, when the table is committed",
  },
  {
    modes: ["nft --test"],
    codes: [
      "no-such-chain",
      "jump-to-missing-chain",
      "no-such-rule",
      "chain-exists",
      "chain-not-empty",
    ],
    reason: "nft asks the kernel what is there, which --test leaves out",
  },
  {
    modes: MODES,
    said: /v1\.8\.9 \(\w+\) (?: *Usage:|$)/,
    reason: "-h and -V end the run at once, nothing loaded, and that counts as success",
  },
];

/** What is taken here with a warning, and refused by every mode: the resolver decides. */
export const HOST_NAME = /host\/network `[^']*' not found/;
