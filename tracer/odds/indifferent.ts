import { NOT_FOLLOWED } from "../walk/limits.js";
import type { Condition } from "../walk/result.js";
import { formatFraction } from "./fraction.js";
import { endKey, suppositionKey, type OutcomeGroup } from "./group.js";

/** Groups whose suppositions all make a difference, and the questions that made none. */
export interface Settled {
  readonly groups: readonly OutcomeGroup[];
  /** What could not be told and need not be: either answer leads to the same ends. */
  readonly indifferent: readonly Condition[];
}

/**
 * Takes out every supposition whose two answers lead to the same ends with the same odds, so that
 * an unknown that does not matter does not hide an answer that is known. Without `exactMarks` the
 * fwmark that a packet leaves with does not count, as nobody outside the node sees it.
 */
export function dropIndifferent(
  groups: readonly OutcomeGroup[],
  { exactMarks }: { readonly exactMarks: boolean },
): Settled {
  const indifferent = new Map<string, Condition>();
  const settled = settle(groups, indifferent, exactMarks);
  // What makes no difference on one way may make one on another, also on one that was given up.
  if (!isWhole(settled)) return { groups: settled, indifferent: [] };
  const matters = new Set(settled.flatMap(({ path }) => path.conditions.map(({ what }) => what)));
  return {
    groups: settled,
    indifferent: [...indifferent.values()].filter(({ what }) => !matters.has(what)),
  };
}

function settle(
  groups: readonly OutcomeGroup[],
  indifferent: Map<string, Condition>,
  exactMarks: boolean,
): readonly OutcomeGroup[] {
  const question = groups.find(({ path }) => path.conditions.length > 0)?.path.conditions[0];
  if (question === undefined) return groups;
  const answered = (holds: boolean) =>
    groups.filter(({ path }) => answerTo(question, path.conditions) === holds);
  const others = groups.filter(({ path }) => answerTo(question, path.conditions) === undefined);
  const yes = settle(
    answered(true).map((group) => without(group, question)),
    indifferent,
    exactMarks,
  );
  const no = settle(
    answered(false).map((group) => without(group, question)),
    indifferent,
    exactMarks,
  );
  const rest = settle(others, indifferent, exactMarks);
  if (isWhole(yes) && isWhole(no) && endsOf(yes, exactMarks) === endsOf(no, exactMarks)) {
    indifferent.set(question.what, question);
    return [...yes, ...rest];
  }
  return [
    ...yes.map((group) => withAnswer(group, { ...question, holds: true })),
    ...no.map((group) => withAnswer(group, { ...question, holds: false })),
    ...rest,
  ];
}

/** There are ends, and none of a way that was given up: such a one may end anyhow. */
function isWhole(groups: readonly OutcomeGroup[]): boolean {
  return groups.length > 0 && groups.every(({ path }) => path.because !== NOT_FOLLOWED);
}

function answerTo(question: Condition, conditions: readonly Condition[]): boolean | undefined {
  return conditions.find(({ what }) => what === question.what)?.holds;
}

function without(group: OutcomeGroup, question: Condition): OutcomeGroup {
  const conditions = group.path.conditions.filter(({ what }) => what !== question.what);
  return { ...group, path: { ...group.path, conditions } };
}

function withAnswer(group: OutcomeGroup, answer: Condition): OutcomeGroup {
  return { ...group, path: { ...group.path, conditions: [answer, ...group.path.conditions] } };
}

/** Where the groups end, with which odds and under which suppositions, in one text to compare. */
function endsOf(groups: readonly OutcomeGroup[], exactMarks: boolean): string {
  return groups
    .map(({ odds, path }) => {
      const mark = exactMarks ? path.last.mark : 0;
      const bare = { ...path, conditions: [], last: { ...path.last, mark } };
      return [formatFraction(odds), suppositionKey(path.conditions), endKey(bare)].join("\n");
    })
    .sort()
    .join("\n\n");
}
