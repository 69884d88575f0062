import type { Chain, Rule } from "../types.js";
import { endsWalk, isBuiltIn, isUnconditional, type TableContext } from "./context.js";

/** Rules that no packet comes to, since one before them takes every packet. */
export function checkUnreachable({ table, final, report }: TableContext): void {
  for (const chain of table.chains.values()) {
    const last = chain.rules.findIndex((rule) => isUnconditional(rule) && endsWalk(rule, final));
    const dead = last < 0 ? [] : chain.rules.slice(last + 1);
    const [first] = dead;
    if (first === undefined) continue;
    const numbers =
      dead.length === 1
        ? `rule ${last + 2} of`
        : `rules ${last + 2} to ${last + 1 + dead.length} of`;
    report(
      "warning",
      "unreachable-rule",
      `${numbers} ${chain.name} can never be reached: ${describeEnd(chain.rules[last], last)} takes every packet`,
      { chain, rule: first },
    );
  }
}

function describeEnd(rule: Rule | undefined, at: number): string {
  const line = rule?.origin.kind === "source" ? `, line ${rule.origin.line},` : "";
  return `rule ${at + 1}${line}`;
}

/** Chains that are made to be seen and not to be used (kubelet and kube-proxy: `iptables.Monitor`). */
const PURPOSES: ReadonlyMap<string, string> = new Map([
  ["KUBE-KUBELET-CANARY", "by its absence the kubelet sees that the tables were flushed"],
  ["KUBE-PROXY-CANARY", "by its absence kube-proxy sees that the tables were flushed"],
  ["KUBE-IPTABLES-HINT", "it shows others which backend the kubelet uses"],
]);

/** Chains that no hook leads to. */
export function checkUnused({ table, hooks, report }: TableContext): void {
  for (const chain of table.chains.values()) {
    if (hooks.has(chain.name) || isBuiltIn(table, chain.name)) continue;
    const purpose = PURPOSES.get(chain.name);
    if (purpose !== undefined) {
      const message = `nothing leads to ${chain.name}, as it should be: ${purpose}`;
      report("note", "unused-chain", message, { chain });
      continue;
    }
    if (chain.rules.length === 0) {
      report("note", "unused-chain", `nothing leads to the empty chain ${chain.name}`, { chain });
      continue;
    }
    const message = `nothing leads to ${chain.name}: ${countRules(chain)} never used`;
    report("warning", "unused-chain", message, { chain });
  }
}

function countRules(chain: Chain): string {
  return chain.rules.length === 1 ? "its rule is" : `its ${chain.rules.length} rules are`;
}
