import { isBuiltIn, rulesOf, type TableContext } from "./context.js";

/** Jumps to chains that are not there, are built in, or are declared only later. */
export function checkJumps({ table, report }: TableContext): void {
  const empty = new Set<string>();
  for (const { chain, rule } of rulesOf(table)) {
    const { target } = rule;
    if (target?.name !== "jump" && target?.name !== "goto") continue;
    const name = target.chain;
    const place = { chain, rule, word: name };
    const to = table.chains.get(name);
    if (to === undefined) {
      report(
        "error",
        "jump-to-missing-chain",
        `there is no chain ${name} to ${target.name === "jump" ? "jump" : "go"} to`,
        place,
      );
    } else if (isBuiltIn(table, name)) {
      report(
        "error",
        "jump-to-built-in-chain",
        `${name} is built in: rules cannot jump to it`,
        place,
      );
    } else if (
      to.line !== undefined &&
      rule.origin.kind === "source" &&
      rule.origin.line < to.line
    ) {
      const message = `the chain ${name} is declared only later, in line ${to.line}`;
      report("error", "jump-before-chain", message, place);
    } else if (to.rules.length === 0 && !empty.has(name)) {
      empty.add(name);
      report(
        "note",
        "jump-to-empty-chain",
        `the chain ${name} is empty: the jump does nothing`,
        place,
      );
    }
  }
}
