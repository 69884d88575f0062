import { endBranch, type Branch } from "./branch.js";

/**
 * How many ways of one packet are followed before the rest is reported as not followed. A Service
 * needs one for each endpoint; only dice thrown in a row, each without an end, need more (30 of them
 * would take 2^30).
 */
export const MAX_BRANCHES = 50_000;

/**
 * How many of these may differ by what is not known. Twelve ipsets that nobody gave make as many,
 * and more than a person reads; the ends that such a walk has not met by then are told as unknown.
 */
export const MAX_SUPPOSED = 4096;

/** Why such a branch ends. */
export const NOT_FOLLOWED = "there are more ways than this walk follows";

/** Ends a branch that would fork once too often; its whole chance goes to an unknown end. */
export function unknownBranch(branch: Branch): false {
  endBranch(branch, "unknown", NOT_FOLLOWED);
  return false;
}
