import type { Fault } from "../../../engine/errors.js";
import { printRule } from "../../../engine/iptables/print.js";
import type { Rule } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { refusalsHere, savedThere, type Case, type LoneRule } from "./lone-rules.js";
import type { Backend } from "./real-tools.js";

export interface Example extends LoneRule {
  readonly families: readonly Family[];
}

interface Known {
  readonly reason: string;
  /** On these every example differs, on the others none does. */
  readonly backends: readonly Backend[];
  readonly examples: readonly Example[];
}

/** The real tool refuses what is taken here. */
export interface RefusedThere extends Known {
  readonly kind: "refused-there";
  /** What the backend says of just this. */
  readonly said: Readonly<Partial<Record<Backend, RegExp>>>;
  readonly holds: (one: Case) => boolean;
}

/** The real tool takes what is refused here. */
export interface TakenThere extends Known {
  readonly kind: "taken-there";
  /** Whether the fault is one of these. */
  readonly holds: (fault: Fault, one: Case) => boolean;
  /** What it then saves of the rule as it was read here; absent: just that. */
  readonly made?: (printed: string) => string;
}

/** Both take the rule, and the real tool saves what another rule would be printed as here. */
export interface SavedOtherwise extends Known {
  readonly kind: "saved-otherwise";
  readonly made: (rule: Rule) => Rule;
}

/** As `SavedOtherwise`, where no rule here is printed so: what the lines alike have in them. */
export interface SpelledOtherwise extends Known {
  readonly kind: "spelled-otherwise";
  readonly alike: (line: string, one: Case) => string;
}

export type Difference = RefusedThere | TakenThere | SavedOtherwise | SpelledOtherwise;

/** The listed reasons for which the two differ; `undefined` where they do not tell all of it. */
export function explain(
  one: Case,
  listed: readonly Difference[],
): readonly Difference[] | undefined {
  const differences = listed.filter(({ backends }) => backends.includes(one.backend));
  const refused = refusalsHere(one.here, one.backend);
  if (!one.there.accepted) {
    return refused.length > 0 ? undefined : whyRefused(one, one.there.message, differences);
  }
  if (refused.length > 0) return whyTaken(one, refused, differences);
  return whySaved(one, differences);
}

function whyRefused(one: Case, message: string, differences: readonly Difference[]) {
  const found = differences.find(
    (each) =>
      each.kind === "refused-there" &&
      each.said[one.backend]?.test(message) === true &&
      each.holds(one),
  );
  return found === undefined ? undefined : [found];
}

/** Every fault must be told, and what the real tool made of the rule. */
function whyTaken(one: Case, refused: readonly Fault[], differences: readonly Difference[]) {
  const found = new Set<Difference>();
  let printed = print(one, one.here.rules);
  for (const fault of refused) {
    const told = differences.find((each) => each.kind === "taken-there" && each.holds(fault, one));
    if (told?.kind !== "taken-there") return undefined;
    if (told.made !== undefined && !found.has(told)) printed = printed.map(told.made);
    found.add(told);
  }
  return same(printed, savedThere(one)) ? [...found] : undefined;
}

function whySaved(one: Case, differences: readonly Difference[]) {
  const found: Difference[] = [];
  let rules = one.here.rules;
  for (const each of differences) {
    if (each.kind !== "saved-otherwise") continue;
    const made = rules.map(each.made);
    if (same(print(one, made), print(one, rules))) continue;
    found.push(each);
    rules = made;
  }
  let [printed, saved] = [print(one, rules), savedThere(one)];
  for (const each of differences) {
    if (each.kind !== "spelled-otherwise" || same(printed, saved)) continue;
    const [ours, theirs] = [printed, saved].map((lines) =>
      lines.map((line) => each.alike(line, one)),
    );
    if (ours === undefined || theirs === undefined) continue;
    if (same(ours, printed) && same(theirs, saved)) continue;
    found.push(each);
    [printed, saved] = [ours, theirs];
  }
  return found.length > 0 && same(printed, saved) ? found : undefined;
}

function print({ lone, family }: Case, rules: readonly Rule[]): readonly string[] {
  return rules.map((rule) => printRule(lone.chain, rule, "save", family));
}

function same(left: readonly string[], right: readonly string[]): boolean {
  return left.join("\n") === right.join("\n");
}
