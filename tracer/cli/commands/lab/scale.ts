import type { Command } from "commander";
import type { Fault } from "../../../../engine/errors.js";
import { RESOURCES } from "../../../../engine/control-plane/api/resources.js";
import { statusFault } from "../../../../engine/control-plane/client/errors.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { Plural } from "../../../../engine/control-plane/objects.js";
import { fault } from "../../../../engine/errors.js";
import { command, integer } from "../../command.js";
import { onCluster, type LabContext, type Result } from "./context.js";
import { USER, addNamespaceOption, type NamespaceOptions } from "./options.js";
import { readTargets, selectObjects, shownName } from "./targets.js";

interface ScaleOptions extends NamespaceOptions {
  readonly replicas: number;
  readonly currentReplicas?: number;
}

export function scaleCommand(context: LabContext): Command {
  const count = integer(0, 100_000);
  return addNamespaceOption(command("scale", "change how many Pods a Deployment wants"))
    .argument("<what...>", "deployment/web, rs/web-5d4f")
    .requiredOption("--replicas <count>", "how many", count)
    .option("--current-replicas <count>", "only if it wants so many now", count)
    .action((words: readonly string[], options: ScaleOptions, self: Command) =>
      onCluster(context, self, ({ cluster }) => scale(cluster, words, options, context)),
    );
}

async function scale(
  cluster: Cluster,
  words: readonly string[],
  options: ScaleOptions,
  { io }: LabContext,
): Promise<Result> {
  const targets = readTargets(words);
  const faults: Fault[] = [...targets.faults];
  let changed = false;
  for (const { resource, name } of targets.value) {
    if (!isScalable(resource.plural)) {
      const message = `error: the server could not find the requested resource: ${resource.plural} have no scale`;
      faults.push(fault("not-scalable", message, {}));
      continue;
    }
    const selected = selectObjects(cluster, resource.plural, name, options);
    faults.push(...selected.faults);
    for (const { metadata, spec } of selected.value) {
      const present = spec.replicas ?? 1;
      const expected = options.currentReplicas ?? present;
      if (expected !== present) {
        const message = `error: Expected replicas to be ${expected}, was ${present}`;
        faults.push(fault("precondition-failed", message, {}));
        continue;
      }
      const result = await resize(cluster, resource.plural, metadata, options.replicas);
      if (result.ok) io.out(`${shownName(RESOURCES[resource.plural], result.value)} scaled\n`);
      else faults.push(statusFault(result.status, {}));
      changed ||= result.ok;
    }
  }
  return { faults, changed };
}

type Scalable = "deployments" | "replicasets";

function isScalable(plural: Plural): plural is Scalable {
  return plural === "deployments" || plural === "replicasets";
}

function resize(
  { api }: Cluster,
  plural: Scalable,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  replicas: number,
) {
  const edit = (current: { readonly spec?: unknown }) => ({
    ...current,
    spec: { ...(typeof current.spec === "object" ? current.spec : {}), replicas },
  });
  const note = `scaled to ${replicas}`;
  return api.patch(plural, namespace, name, edit, { actor: USER, note });
}
