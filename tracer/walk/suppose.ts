import { statedAnswer } from "../match/statement.js";
import { describePlace, forkBranch, placeOf, record, type Branch } from "./branch.js";
import { unknownBranch } from "./limits.js";
import type { Walker } from "./world.js";

/** A question about the packet that cannot be answered from what is known. */
export interface Question {
  /** Kind and name as statements give them: `set` and `blocked`. */
  readonly kind: string;
  readonly name: string | undefined;
  /** In words: `-m set --match-set blocked src at filter INPUT rule 3`. */
  readonly what: string;
  readonly why: string;
  /** Two questions of one key have one answer on a branch. */
  readonly key: string;
}

/**
 * Answers the question on this branch: as the user stated, as supposed before, or both ways. In the
 * last case `otherwise` sets up the other branch, for which the answer is no.
 */
export function suppose(
  walker: Walker,
  branch: Branch,
  question: Question,
  otherwise: (other: Branch) => void,
): boolean {
  const told = stated(walker, branch, question);
  if (told !== undefined) return told;
  const before = branch.supposed.get(question.key);
  if (before !== undefined) return before;
  const other = openSupposed(walker, branch);
  if (other === undefined) return unknownBranch(branch);
  settle(other, question, false);
  otherwise(other);
  settle(branch, question, true);
  return true;
}

/** The reason of what the user's word settles. */
export const AS_STATED = "as stated";

/** The user's word on the question, if any; it stands above what is known otherwise. */
export function stated(
  { world }: Walker,
  branch: Branch,
  { kind, name, what }: Pick<Question, "kind" | "name" | "what">,
): boolean | undefined {
  if (world.statements.length === 0) return undefined;
  const place = placeOf(branch);
  const rule = place === undefined ? undefined : `${place.table}/${place.chain}/${place.rule}`;
  const holds = statedAnswer(world.statements, { kind, name }, rule);
  if (holds === undefined) return undefined;
  record(branch, { kind: "supposed", at: place, what, holds, why: AS_STATED });
  return holds;
}

function settle(branch: Branch, { what, why, key }: Question, holds: boolean): void {
  branch.supposed = new Map(branch.supposed).set(key, holds);
  branch.conditions = { item: { what, holds, why }, rest: branch.conditions };
  record(branch, { kind: "supposed", at: placeOf(branch), what, holds, why });
}

function openSupposed(walker: Walker, branch: Branch): Branch | undefined {
  const { leftToSuppose } = walker;
  if (leftToSuppose === 0) return undefined;
  if (leftToSuppose !== undefined) walker.leftToSuppose = leftToSuppose - 1;
  return openBranch(walker, branch);
}

/** A second branch to be followed later; `undefined` when there are too many. */
export function openBranch(walker: Walker, branch: Branch): Branch | undefined {
  if (walker.left === 0) return undefined;
  walker.left--;
  const other = forkBranch(branch);
  walker.open.push(other);
  return other;
}

/** Where the question was asked, for its wording. */
export function whereAsked(branch: Branch): string {
  const place = placeOf(branch);
  return place === undefined ? "" : ` at ${describePlace(place)}`;
}
