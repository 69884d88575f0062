import type { Command } from "commander";
import { fault } from "../../../engine/errors.js";
import { explainService } from "../../../engine/kube-proxy/explain/explain.js";
import { explanationText } from "../../../engine/kube-proxy/explain/text.js";
import { JSON_VERSION } from "../../report/json.js";
import { addObjectOptions, addProxyOptions, loadCluster, type ClusterOptions } from "../cluster.js";
import { command, finish, oneOf, type Context } from "../command.js";
import { parseEnd } from "../ends/parse.js";

interface ExplainOptions extends ClusterOptions {
  readonly output: "text" | "json";
}

export function explainCommand(context: Context): Command {
  return addProxyOptions(
    addObjectOptions(
      command("explain", "say what the node's proxy believes of one Service, line by line"),
    ),
  )
    .argument("<service>", "svc/NAMESPACE/NAME")
    .option("-o, --output <text|json>", "how to print it", oneOf(["text", "json"]), "text")
    .addHelpText(
      "after",
      `
Which endpoints count and why others don't, which chains it got, what each client will meet:
  chainwalk explain svc/shop/web -f cluster.yaml --node worker-1`,
    )
    .action((service: string, options: ExplainOptions) => runExplain(service, options, context));
}

async function runExplain(text: string, options: ExplainOptions, context: Context): Promise<void> {
  const { value, faults } = await loadCluster(options, context.io);
  const end = parseEnd(text);
  if (typeof end === "string" || end.kind !== "service") {
    const bad = fault("bad-service", `"${text}" is not svc/NAMESPACE/NAME`, { field: "service" });
    return finish([...faults, bad], context);
  }
  const name = `${end.namespace}/${end.name}`;
  const services = value.objects.services.map((each) => `${each.namespace}/${each.name}`);
  if (!services.includes(name)) {
    const message = `there is no Service ${name}; there are ${services.length}: ${services.slice(0, 5).join(", ")}`;
    return finish([...faults, fault("no-such-service", message, { field: "service" })], context);
  }
  const explanation = explainService(value.compilation, name);
  context.io.out(
    options.output === "json"
      ? `${JSON.stringify({ version: JSON_VERSION, ...explanation }, null, 2)}\n`
      : explanationText(explanation),
  );
  return finish(faults, context);
}
