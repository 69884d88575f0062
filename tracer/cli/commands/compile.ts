import type { Command } from "commander";
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

async function runCompile(options: CompileOptions, context: Context): Promise<void> {
  const { value, faults } = await loadCluster(options, context.io);
  if (!nothingRead(faults, value.objects)) context.io.out(value.compilation.text);
  finish(faults, context);
}
