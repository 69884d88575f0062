import type { Command } from "commander";
import { warning } from "../../../engine/errors.js";
import { applyRestore } from "../../../engine/iptables/apply.js";
import type { Compilation } from "../../../engine/kube-proxy/compile.js";
import { completeRuleset, completeText } from "../../../engine/kube-proxy/complete.js";
import { rulesetJson } from "../../report/ruleset.js";
import {
  addObjectOptions,
  addProxyOptions,
  loadCluster,
  nothingRead,
  type ClusterOptions,
} from "../cluster.js";
import { command, finish, oneOf, type Context } from "../command.js";

interface CompileOptions extends ClusterOptions {
  readonly complete?: true;
  readonly output: "text" | "json";
}

export function compileCommand(context: Context): Command {
  return addProxyOptions(
    addObjectOptions(
      command(
        "compile",
        "print the iptables-restore input that kube-proxy would write for these objects",
      ),
    ),
  )
    .option("--complete", "with the base-chain jumps and all else that an empty node needs besides")
    .option(
      "-o, --output <text|json>",
      "text for iptables-restore, or every rule with its Service and reason",
      oneOf(["text", "json"]),
      "text",
    )
    .addHelpText(
      "after",
      `
Examples:
  chainwalk compile -f cluster.yaml --node worker-1 | iptables-restore --noflush --counters
  kubectl get svc,endpointslices,nodes -A -o yaml | chainwalk compile -f -`,
    )
    .action((options: CompileOptions) => runCompile(options, context));
}

const NO_OBJECTS = warning(
  "no-objects",
  "no objects are given (-f): these are the rules of a cluster without Services",
  {},
);

async function runCompile(options: CompileOptions, context: Context): Promise<void> {
  const { value, faults } = await loadCluster(options, context.io);
  if (!nothingRead(faults, value.objects)) context.io.out(outputOf(value.compilation, options));
  finish(options.file === undefined ? [...faults, NO_OBJECTS] : faults, context);
}

function outputOf(compilation: Compilation, { complete, output }: CompileOptions): string {
  if (output === "json") {
    const ruleset =
      complete === true
        ? completeRuleset(compilation)
        : applyRestore(undefined, compilation.input, { noflush: true }).value;
    return `${JSON.stringify(rulesetJson(ruleset), null, 2)}\n`;
  }
  return complete === true ? completeText(compilation) : compilation.text;
}
