import type { Command } from "commander";
import { fault } from "../../../../engine/errors.js";
import type { Family } from "../../../../engine/net/ip.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import { familiesOf } from "../../../../engine/control-plane/settings.js";
import { printRuleset } from "../../../../engine/iptables/print.js";
import { command, oneOf } from "../../command.js";
import { lookAtCluster, type LabContext } from "./context.js";
import { rulesOfNode } from "./network/rules.js";

interface RulesOptions {
  readonly node: string;
  readonly family?: "4" | "6";
}

export function rulesCommand(context: LabContext): Command {
  return command("rules", "print the iptables-save of a node, as its proxy has made it")
    .requiredOption("--node <name>", "which node")
    .option(
      "--family <4|6>",
      "which family's (default: the cluster's primary one)",
      oneOf(["4", "6"]),
    )
    .action((options: RulesOptions, self: Command) =>
      lookAtCluster(context, self, ({ cluster }) => {
        const rules = rulesOfNode(cluster, options.node, familyFor(cluster, options));
        if (rules === undefined) {
          const message = `Error from server (NotFound): nodes "${options.node}" not found`;
          return [fault("not-found", message, {})];
        }
        context.io.out(printRuleset(rules, "save"));
        return [];
      }),
    );
}

function familyFor(cluster: Cluster, { family }: RulesOptions): Family {
  if (family === undefined) return familiesOf(cluster.settings)[0] ?? 4;
  return family === "6" ? 6 : 4;
}
