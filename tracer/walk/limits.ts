import { endBranch, type Branch } from "./branch.js";

/**
 * How many ways of one packet are followed before the rest is reported as not followed. A Service
 * needs one for each endpoint; only dice thrown in a row, each without an end, need more (30 of them
 * would take 2^30).
 */
export const MAX_BRANCHES = 50_000;

/** Ends a branch that would fork once too often; its whole chance goes to an unknown end. */
export function unknownBranch(branch: Branch): false {
  endBranch(branch, "unknown", "there are more ways than this walk follows");
  return false;
}
