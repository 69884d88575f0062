import { matchTable, targetTable, type ExtensionTable } from "../parse/registry.js";
import { HOOKS, type Chain, type Hook, type Match, type Rule, type Target } from "../types.js";
import { isBuiltIn, rulesOf, type TableContext } from "./context.js";

/** Extensions that the kernel refuses in the rule's table, or at a hook that leads to the rule. */
export function checkPlacement(context: TableContext): void {
  for (const { chain, rule } of rulesOf(context.table)) {
    for (const match of rule.matches) {
      checkExtension(context, chain, rule, match, matchTable(match.name));
    }
    const { target } = rule;
    if (target === undefined) continue;
    checkExtension(context, chain, rule, target, targetTable(target.name));
  }
}

function checkExtension(
  { table, hooks, report }: TableContext,
  chain: Chain,
  rule: Rule,
  extension: Match | Target,
  known: ExtensionTable | undefined,
): void {
  if (known === undefined) return;
  const place = { chain, rule, word: extension.name };
  if (known.tables !== undefined && !known.tables.includes(table.name)) {
    const tables = known.tables.join(", ");
    const why =
      extension.name === "DROP"
        ? "nat is not for filtering: drop in filter"
        : `${extension.name} can be used in ${tables} only`;
    report("error", "wrong-table", why, place);
    return;
  }
  const { name: _, ...data } = extension;
  const allowed = known.hooksFor?.(data) ?? known.hooks;
  if (allowed === undefined) return;
  const wrong = (hooks.get(chain.name) ?? []).filter((hook) => !allowed.includes(hook));
  if (wrong.length === 0) return;
  const way = isBuiltIn(table, chain.name) ? "" : ` (which leads to ${chain.name})`;
  const where = inOrder(allowed).join(", ");
  report(
    "error",
    "wrong-hook",
    `${extension.name} cannot be used in ${wrong.join(", ")}${way}, only in ${where}`,
    place,
  );
}

function inOrder(hooks: readonly Hook[]): readonly Hook[] {
  return HOOKS.filter((hook) => hooks.includes(hook));
}

/** A drop policy in nat, which iptables loads, drops what no rule takes at a flow's first packet. */
export function checkPolicies({ table, report }: TableContext): void {
  if (table.name !== "nat") return;
  for (const chain of table.chains.values()) {
    if (chain.policy !== "DROP") continue;
    const message = `the policy of ${chain.name} drops every new connection that no rule takes`;
    report("warning", "drop-policy-in-nat", message, { chain });
  }
}
