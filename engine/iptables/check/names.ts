import { chainNameTrouble } from "../parse/command-line.js";
import { isIptablesTarget, isStandardTarget } from "../parse/foreign-names.js";
import { isBuiltIn, type TableContext } from "./context.js";

/** Chain names that iptables does not take. */
export function checkNames({ table, family, backend, report }: TableContext): void {
  for (const chain of table.chains.values()) {
    if (isBuiltIn(table, chain.name)) continue;
    // Names that a command gives are told where it is read.
    const isDeclared = chain.line !== undefined;
    const trouble = chainNameTrouble(chain.name);
    if (trouble !== undefined) {
      report("error", trouble.code, `${chain.name}: ${trouble.message}`, { chain });
    } else if (isDeclared && isStandardTarget(chain.name)) {
      report("error", "bad-chain-name", `${chain.name} is the name of a target`, { chain });
    } else if (isDeclared && /^[-!]/.test(chain.name) && backend !== "legacy") {
      const message = `the nft backend refuses the chain ${chain.name}: no name may begin so`;
      const severity = backend === undefined ? "warning" : "error";
      report(severity, "name-refused-by-nft", message, { chain });
    } else if (isIptablesTarget(chain.name, family)) {
      const message = `the chain ${chain.name} has the name of a target: a jump to it is not possible`;
      report("warning", "chain-named-as-target", message, { chain });
    }
  }
}
