import { BUILT_IN_CHAINS, HOOKS, TABLE_NAMES, type TableName } from "../types.js";
import { targetTable } from "./registry.js";

export interface TableGuess {
  readonly table: TableName;
  /** What speaks for it, to be told to the user. */
  readonly because: string;
}

/** How much of a text is looked at. */
const MAX_LOOK = 1_000_000;

/**
 * The table that rules without a `*TABLE` line belong to, as in the output of `iptables -S`: one
 * that has all the built-in chains and allows all the targets that are named. Where several do it
 * is filter, which `iptables` takes when told nothing.
 */
export function guessTable(text: string, from: number, to: number): TableGuess {
  const part = text.slice(from, Math.min(to, from + MAX_LOOK));
  const chains = wordsAfter(part, /^(?:\[[^\]]*\] )?(?:-[APID] ?|:)([\w-]+)/gm);
  const hooks = HOOKS.filter((hook) => chains.has(hook));
  const byChains = TABLE_NAMES.filter((table) =>
    hooks.every((hook) => BUILT_IN_CHAINS[table].includes(hook)),
  );
  const targets = [...wordsAfter(part, / -j ([A-Z]+)(?= |$)/gm)];
  const byTargets = byChains.filter((table) =>
    targets.every((target) => targetTable(target)?.tables?.includes(table) ?? true),
  );
  const choice = byTargets.length > 0 ? byTargets : byChains;
  const table = (["filter", "nat", "mangle"] as const).find((name) => choice.includes(name));
  if (table === undefined) return { table: "filter", because: "iptables takes it when told none" };
  const evidence = [...hooks, ...targets.filter((name) => targetTable(name)?.tables !== undefined)];
  return {
    table,
    because: evidence.length > 0 ? `of ${evidence.join(", ")}` : "iptables takes it when told none",
  };
}

function wordsAfter(text: string, pattern: RegExp): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(pattern), ([, word = ""]) => word));
}
