import type { Command } from "commander";
import { fault } from "../../../../engine/errors.js";
import { printRuleset } from "../../../../engine/iptables/print.js";
import { command } from "../../command.js";
import { lookAtCluster, type LabContext } from "./context.js";
import { rulesOfNode } from "./network/rules.js";

interface RulesOptions {
  readonly node: string;
}

export function rulesCommand(context: LabContext): Command {
  return command("rules", "print the iptables-save of a node, as its proxy has made it")
    .requiredOption("--node <name>", "which node")
    .action((options: RulesOptions, self: Command) =>
      lookAtCluster(context, self, ({ cluster }) => {
        const rules = rulesOfNode(cluster, options.node);
        if (rules === undefined) {
          const message = `Error from server (NotFound): nodes "${options.node}" not found`;
          return [fault("not-found", message, {})];
        }
        context.io.out(printRuleset(rules, "save"));
        return [];
      }),
    );
}
