import type { LabelSelector as Selector } from "kubernetes-types/meta/v1.js";
import type { DeepReadonly } from "../json.js";

export type Labels = Readonly<Record<string, string>>;
export type LabelSelector = DeepReadonly<Selector>;

/** One condition on labels, as in `tier in (a, b)` or `app=web`. */
export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  readonly values: readonly string[];
}

export function requirementHolds(requirement: Requirement, labels: Labels): boolean {
  const value = labels[requirement.key];
  switch (requirement.operator) {
    case "In":
      return value !== undefined && requirement.values.includes(value);
    case "NotIn":
      return value === undefined || !requirement.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(requirement.values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(requirement.values[0]);
  }
}

export function matchesLabels(wanted: Labels, labels: Labels | undefined): boolean {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}

/** An empty selector matches everything; an absent one nothing. */
export function matchesSelector(
  selector: LabelSelector | undefined,
  labels: Labels | undefined,
): boolean {
  if (selector === undefined) return false;
  return (
    matchesLabels(selector.matchLabels ?? {}, labels) &&
    (selector.matchExpressions ?? []).every((expression) =>
      requirementHolds(toRequirement(expression), labels ?? {}),
    )
  );
}

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"] as const;

/** An operator nobody knows matches nothing; validation lets none of them in. */
export function toRequirement(expression: {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}): Requirement {
  const operator = OPERATORS.find((known) => known === expression.operator);
  if (operator === undefined) return { key: expression.key, operator: "In", values: [] };
  return { key: expression.key, operator, values: expression.values ?? [] };
}

const SET_BASED = /^(\S+)\s+(in|notin)\s+\(([^()]*)\)$/;
const EQUALITY = /^([^\s=!]+)\s*(==|=|!=)\s*([^\s=!]*)$/;
const PRESENCE = /^(!?)([^\s=!(),]+)$/;

/** Reads `-l` syntax: `app=web,tier in (a,b),!old`; `undefined` when it cannot be read. */
export function parseSelector(text: string): readonly Requirement[] | undefined {
  const parts = text
    .split(/,(?![^()]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const requirements = parts.map(parseRequirement);
  return requirements.every((requirement) => requirement !== undefined) ? requirements : undefined;
}

function parseRequirement(part: string): Requirement | undefined {
  const set = SET_BASED.exec(part);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = list.split(",").map((value) => value.trim());
    return { key, operator: operator === "in" ? "In" : "NotIn", values };
  }
  const equality = EQUALITY.exec(part);
  if (equality !== null) {
    const [, key = "", operator, value = ""] = equality;
    return { key, operator: operator === "!=" ? "NotIn" : "In", values: [value] };
  }
  const presence = PRESENCE.exec(part);
  if (presence === null) return undefined;
  const [, not, key = ""] = presence;
  return { key, operator: not === "!" ? "DoesNotExist" : "Exists", values: [] };
}

/** One form for equal selectors, as `kubectl get -o wide` and `Scale.status.selector` show them. */
export function formatSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "<none>";
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map((expression) => {
    const values = (expression.values ?? []).join(",");
    switch (expression.operator) {
      case "Exists":
        return expression.key;
      case "DoesNotExist":
        return `!${expression.key}`;
      default:
        return `${expression.key} ${expression.operator.toLowerCase()} (${values})`;
    }
  });
  const all = [...labels, ...expressions];
  return all.length === 0 ? "<none>" : all.join(",");
}
