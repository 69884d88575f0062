import { chainNameTrouble } from "../parse/command-line.js";
import { isIptablesTarget } from "../parse/foreign-names.js";
import { isBuiltIn, type TableContext } from "./context.js";

/** Chain names that iptables does not take. */
export function checkNames({ table, family, report }: TableContext): void {
  for (const chain of table.chains.values()) {
    if (isBuiltIn(table, chain.name)) continue;
    const trouble = chainNameTrouble(chain.name);
    if (trouble !== undefined) {
      report("error", trouble.code, `${chain.name}: ${trouble.message}`, { chain });
    } else if (isIptablesTarget(chain.name, family)) {
      const message = `the chain ${chain.name} has the name of a target: a jump to it is not possible`;
      report("warning", "chain-named-as-target", message, { chain });
    }
  }
}
