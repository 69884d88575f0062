import type { Truth } from "./truth.js";

/** A chance: the match holds in `ways` of 2^31 draws. */
export interface Draw {
  readonly ways: number;
}

/** `hotdrop`: the match itself drops the packet, whatever the rule's target. */
export type Answer = Truth | Draw | "hotdrop";

export function isDraw(answer: Answer): answer is Draw {
  return typeof answer === "object" && "ways" in answer;
}
