import type { Command } from "commander";
import { sizeOf, type CompiledSize } from "../../../engine/kube-proxy/size.js";
import { JSON_VERSION } from "../../report/json.js";
import {
  addObjectOptions,
  addProxyOptions,
  loadCluster,
  nothingRead,
  type ClusterOptions,
} from "../cluster.js";
import { command, finish, integer, oneOf, type Context } from "../command.js";

interface SizeOptions extends ClusterOptions {
  readonly top: number;
  readonly output: "text" | "json";
}

export function sizeCommand(context: Context): Command {
  return addProxyOptions(
    addObjectOptions(
      command("size", "count the chains, rules and bytes of a cluster, and what a packet scans"),
    ),
  )
    .option("--top <n>", "how many of the costliest Service ports to list", integer(0, 100_000), 10)
    .option("-o, --output <text|json>", "how to print it", oneOf(["text", "json"]), "text")
    .action(async (options: SizeOptions) => {
      const { value, faults } = await loadCluster(options, context.io);
      if (!nothingRead(faults, value.objects)) {
        const size = sizeOf(value.compilation, options.top);
        context.io.out(
          options.output === "json"
            ? `${JSON.stringify({ version: JSON_VERSION, ...size }, null, 2)}\n`
            : sizeText(size),
        );
      }
      finish(faults, context);
    });
}

function sizeText(size: CompiledSize): string {
  const number = (value: number): string => value.toLocaleString("en-US");
  const { services, servicePorts, endpoints, chains, rules, bytes } = size;
  const lines = [
    `${number(services)} Services with ${number(servicePorts)} ports, ${number(endpoints)} endpoints`,
    `nat     ${number(chains.nat).padStart(10)} chains ${number(rules.nat).padStart(10)} rules`,
    `filter  ${number(chains.filter).padStart(10)} chains ${number(rules.filter).padStart(10)} rules`,
    `${number(bytes)} bytes of restore input`,
  ];
  if (size.scan.length > 0) {
    lines.push(
      "",
      "rules that a new connection is held against, in KUBE-SERVICES and then at most in its own chains:",
    );
    for (const { label, dispatch, own } of size.scan) {
      lines.push(`  ${number(dispatch).padStart(8)} + ${number(own).padStart(6)}  ${label}`);
    }
  }
  if (size.costliest.length > 0) {
    lines.push("", "costliest:");
    for (const port of size.costliest) {
      lines.push(
        `  ${number(port.rules).padStart(8)} rules ${number(port.chains).padStart(6)} chains ${number(port.bytes).padStart(10)} bytes  ${port.label} (${number(port.endpoints)} endpoints)`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}
