import type { Command } from "commander";
import { fault, type Fault } from "../../../../engine/errors.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import { killMachine, killPod, startMachine } from "../../../../engine/control-plane/outside.js";
import { command } from "../../command.js";
import { onCluster, type LabContext, type Result } from "./context.js";
import { addNamespaceOption, type NamespaceOptions } from "./options.js";
import { podNamed } from "./network/ask.js";
import { readTargets, type Target } from "./targets.js";

interface KillOptions extends NamespaceOptions {
  readonly container?: string;
}

export function killCommand(context: LabContext): Command {
  return addNamespaceOption(
    command("kill", "kill a Pod's processes, or cut a node's power, behind Kubernetes' back"),
  )
    .argument("<what...>", "pod/web-1, pod/app=web (the first such), node/node-2")
    .option("-c, --container <name>", "only this container of the Pod")
    .action((words: readonly string[], options: KillOptions, self: Command) =>
      onCluster(context, self, ({ cluster }) =>
        eachTarget(words, (target) => kill(cluster, target, options, context)),
      ),
    );
}

export function startCommand(context: LabContext): Command {
  return command("start", "give a node its power back")
    .argument("<what...>", "node/node-2")
    .action((words: readonly string[], _options: unknown, self: Command) =>
      onCluster(context, self, ({ cluster }) =>
        eachTarget(words, (target) => start(cluster, target, context)),
      ),
    );
}

function eachTarget(
  words: readonly string[],
  work: (target: Target) => Fault | undefined,
): Promise<Result> {
  const targets = readTargets(words);
  const faults: Fault[] = [...targets.faults];
  let changed = false;
  for (const target of targets.value) {
    const found = work(target);
    if (found === undefined) changed = true;
    else faults.push(found);
  }
  return Promise.resolve({ faults, changed });
}

function kill(
  cluster: Cluster,
  { resource, name = "" }: Target,
  options: KillOptions,
  { io }: LabContext,
): Fault | undefined {
  if (resource.plural === "nodes") {
    const machine = cluster.machines.get(name);
    if (machine === undefined) return missing(`nodes "${name}" not found`);
    killMachine(cluster, machine);
    io.out(`node/${name} killed\n`);
    return undefined;
  }
  if (resource.plural === "pods") {
    const { namespace, container } = options;
    const pod = podNamed(cluster, namespace, name)?.metadata.name ?? name;
    if (!killPod(cluster, namespace, pod, container)) {
      return missing(`pods "${name}" has no such process running`);
    }
    io.out(`pod/${pod} killed\n`);
    return undefined;
  }
  return fault(
    "not-killable",
    `error: only pods and nodes can be killed, not ${resource.plural}`,
    {},
  );
}

function start(
  cluster: Cluster,
  { resource, name = "" }: Target,
  { io }: LabContext,
): Fault | undefined {
  const machine = resource.plural === "nodes" ? cluster.machines.get(name) : undefined;
  if (machine === undefined) return missing(`${resource.plural} "${name}" not found`);
  startMachine(cluster, machine);
  io.out(`node/${name} started\n`);
  return undefined;
}

function missing(what: string): Fault {
  return fault("not-found", `Error from server (NotFound): ${what}`, {});
}
