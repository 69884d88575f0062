import * as fc from "fast-check";
import { MATCHES } from "../../../engine/iptables/extensions/matches.js";
import { TARGETS } from "../../../engine/iptables/extensions/targets.js";
import { printRule } from "../../../engine/iptables/print.js";
import { BUILT_IN_CHAINS, type Hook, type TableName } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { ruleWith } from "../../support/arbitraries/rules.js";
import { loadAndSave, type Backend } from "./real-tools.js";

interface Extension {
  readonly name: string;
  readonly families: readonly Family[];
  readonly tables?: readonly TableName[];
  readonly hooks?: readonly Hook[];
}

/** Names of understood extensions of which one fixed rule does not load by itself. */
export function lackingExtensions(family: Family, backend: Backend): ReadonlySet<string> {
  const lacking = (kind: "match" | "target", extensions: readonly Extension[]) =>
    extensions
      .filter(({ families }) => families.includes(family))
      .filter((extension) => !loads(kind, extension, family, backend))
      .map(({ name }) => name);
  return new Set([...lacking("match", MATCHES), ...lacking("target", TARGETS)]);
}

function loads(
  kind: "match" | "target",
  extension: Extension,
  family: Family,
  backend: Backend,
): boolean {
  const [table, hook] = placeOf(extension);
  const sets = [{ name: "one", dimensions: 1 }];
  const setting = { family, table, hooks: [hook], chains: [], sets, without: new Set<string>() };
  const [rule] = fc.sample(ruleWith(kind, extension.name, setting), { numRuns: 1, seed: 1 });
  if (rule === undefined) throw new RangeError(`no rule for ${extension.name}`);
  return loadAndSave({
    family,
    backend,
    text: `*${table}\n${printRule(hook, rule, "save", family)}\nCOMMIT\n`,
    sets: [`create one hash:ip family ${family === 4 ? "inet" : "inet6"} timeout 0`],
  }).accepted;
}

/** A place where it may stand: `raw` for what says nothing, since there TRACE may stand too. */
function placeOf({ name, tables, hooks }: Extension): readonly [TableName, Hook] {
  const candidates: readonly TableName[] = tables ?? ["raw", "mangle"];
  for (const table of candidates) {
    const chains: readonly Hook[] = BUILT_IN_CHAINS[table];
    const hook = chains.find((one) => hooks?.includes(one) !== false);
    if (hook !== undefined) return [table, hook];
  }
  throw new RangeError(`${name} can stand nowhere`);
}
