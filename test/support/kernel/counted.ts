import { HOOKS, TABLE_NAMES } from "../../../engine/iptables/types.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import type { ObservedStep } from "./observe.js";

type Counters = ReadonlyMap<string, number>;

/**
 * The rules that a packet matched, by their counters before and after it, where no trace tells: in
 * the order of an outcome of ours that has the very same ones, else in that of the rules.
 */
export function countedSteps(
  before: Counters,
  after: Counters,
  outcomes: readonly Outcome[],
): readonly ObservedStep[] {
  const matched = [...after].flatMap(([place, count]) =>
    Array.from({ length: count - (before.get(place) ?? 0) }, () => place),
  );
  const same = outcomes.find(({ path }) => sorted(path.steps.map(placeOf)) === sorted(matched));
  return same?.path.steps ?? matched.map(stepOf);
}

function placeOf({ table, chain, rule }: ObservedStep): string {
  return `${table} ${chain} ${rule}`;
}

function sorted(places: readonly string[]): string {
  return places.toSorted().join(", ");
}

/** The hook of a rule in a chain of the user's own is not told: the first one stands for it. */
function stepOf(place: string): ObservedStep {
  const [table = "", chain = "", rule = ""] = place.split(" ");
  return {
    hook: HOOKS.find((hook) => hook === chain) ?? "PREROUTING",
    table: TABLE_NAMES.find((name) => name === table) ?? "filter",
    chain,
    rule: Number(rule),
  };
}
