import { fault, warning, type Checked, type Fault } from "../../../engine/errors.js";
import type { Rule, Ruleset } from "../../../engine/iptables/types.js";
import { parseStatement } from "../../match/statement.js";
import { kindOf, statedName } from "../../walk/question.js";
import type { Statement } from "../../walk/world.js";

/** Reads `--assume` statements: `set:blocked=no`, `bpf=yes`, `rule:filter/INPUT/3=no`. */
export function readStatements(texts: readonly string[]): Checked<readonly Statement[]> {
  const faults: Fault[] = [];
  const value = texts.flatMap((text): Statement[] => {
    const statement = parseStatement(text);
    if (statement === undefined) {
      const message = `"${text}" is not KIND=yes, KIND=no, KIND:NAME=yes or KIND:NAME=no, as in set:blocked=no`;
      faults.push(fault("bad-statement", message, { field: "--assume" }));
      return [];
    }
    return [statement];
  });
  return { value, faults };
}

/** Kinds of questions that no match of a rule puts. */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  "queue",
  "queue-accepts",
  "socket",
  "group",
  "nexthop",
]);

/** A name is told with as many others as a person reads. */
const MOST_NAMES = 8;

/** Statements about what is not in the rules, which most likely are misspelt: they say nothing. */
export function idleStatements(
  statements: readonly Statement[],
  rulesets: readonly Ruleset[],
): readonly Fault[] {
  if (statements.length === 0) return [];
  const rules = rulesets.flatMap(({ tables }) =>
    [...tables.values()].flatMap(({ name: table, chains }) =>
      [...chains.values()].flatMap((chain) =>
        chain.rules.map((rule, index) => ({ rule, place: `${table}/${chain.name}/${index + 1}` })),
      ),
    ),
  );
  const places = new Set(rules.map(({ place }) => place));
  const asked = namesAsked(rules.map(({ rule }) => rule));
  return statements.flatMap((statement) => {
    const trouble = idle(statement, places, asked);
    return trouble === undefined ? [] : [warning("idle-statement", trouble, { field: "--assume" })];
  });
}

function namesAsked(rules: readonly Rule[]): ReadonlyMap<string, ReadonlySet<string>> {
  const asked = new Map<string, Set<string>>();
  for (const { matches } of rules) {
    for (const match of matches) {
      const names = asked.get(kindOf(match)) ?? new Set();
      const name = statedName(match);
      if (name !== undefined) names.add(name);
      asked.set(kindOf(match), names);
    }
  }
  return asked;
}

function idle(
  { kind, name, holds }: Statement,
  places: ReadonlySet<string>,
  asked: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const text = `${kind}${name === undefined ? "" : `:${name}`}=${holds ? "yes" : "no"}`;
  if (kind === "rule") {
    if (name !== undefined && places.has(name)) return undefined;
    return `"${text}" says nothing: there is no such rule (rule:TABLE/CHAIN/NUMBER, numbers from 1)`;
  }
  if (OTHER_KINDS.has(kind)) return undefined;
  const names = asked.get(kind);
  if (names === undefined) return `"${text}" says nothing: no rule has a match of this name`;
  if (name === undefined || names.has(name)) return undefined;
  const known = [...names].slice(0, MOST_NAMES).join(", ");
  const more = names.size > MOST_NAMES ? ", ..." : "";
  const those = names.size === 0 ? "these have no names" : `there are ${known}${more}`;
  return `"${text}" says nothing: no rule asks for this name, ${those}`;
}
