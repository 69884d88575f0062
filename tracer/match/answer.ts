import type { Branch } from "../walk/branch.js";
import type { Truth } from "./truth.js";

/** A chance: the match holds in `ways` of `of` cases, all as likely. */
export interface Draw {
  readonly ways: number;
  readonly of: number;
  /** What the answer leaves behind on the branch that got it. */
  readonly settle?: (branch: Branch, holds: boolean) => void;
}

/** `hotdrop`: the match itself drops the packet, whatever the rule's target. */
export type Answer = Truth | Draw | "hotdrop";

export function isDraw(answer: Answer): answer is Draw {
  return typeof answer === "object" && "ways" in answer;
}
