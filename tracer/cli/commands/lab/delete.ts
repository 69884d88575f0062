import type { Command } from "commander";
import { fault, type Fault } from "../../../../engine/errors.js";
import type { DeleteOptions as ApiDeleteOptions } from "../../../../engine/control-plane/api/deletion.js";
import { statusFault } from "../../../../engine/control-plane/client/errors.js";
import { readManifests } from "../../../../engine/control-plane/client/manifests.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import { collect, command, integer, oneOf } from "../../command.js";
import { readSources } from "../../files.js";
import { onCluster, type LabContext, type Result } from "./context.js";
import { USER, addNamespaceOption, type NamespaceOptions } from "./options.js";
import { readTargets, selectObjects, type Target } from "./targets.js";

interface DeleteOptions extends NamespaceOptions {
  readonly filename?: readonly string[];
  readonly selector?: string;
  readonly all?: true;
  readonly gracePeriod?: number;
  readonly cascade: "background" | "foreground" | "orphan";
}

const PROPAGATION = {
  background: "Background",
  foreground: "Foreground",
  orphan: "Orphan",
} as const;

export function deleteCommand(context: LabContext): Command {
  return addNamespaceOption(command("delete", "delete objects"))
    .argument("[what...]", "pod web-1, deploy/web svc/web, pods -l app=web")
    .option("-f, --filename <path>", "the objects of these manifests", collect)
    .option("-l, --selector <labels>", "those with these labels")
    .option("--all", "all of a kind")
    .option("--grace-period <seconds>", "how long Pods may take; 0: none", integer(0, 86_400))
    .option(
      "--cascade <background|foreground|orphan>",
      "what becomes of what belongs to them",
      oneOf(["background", "foreground", "orphan"]),
      "background",
    )
    .action((words: readonly string[], options: DeleteOptions, self: Command) =>
      onCluster(context, self, ({ cluster }) => deleteAll(cluster, words, options, context)),
    );
}

async function deleteAll(
  cluster: Cluster,
  words: readonly string[],
  options: DeleteOptions,
  { io }: LabContext,
): Promise<Result> {
  const targets = await readAll(words, options, io);
  const faults: Fault[] = [...targets.faults];
  let changed = false;
  for (const { resource, name, namespace } of targets.value) {
    if (name === undefined && options.selector === undefined && options.all !== true) {
      const message = "error: resource(s) were provided, but no name was specified";
      faults.push(fault("no-name", message, {}));
      continue;
    }
    const selected = selectObjects(cluster, resource.plural, name, { ...options, namespace });
    faults.push(...selected.faults);
    for (const { metadata } of selected.value) {
      const result = await cluster.api.delete(
        resource.plural,
        metadata.namespace,
        metadata.name,
        { actor: USER },
        apiOptions(options),
      );
      const group = resource.group === "" ? "" : `.${resource.group}`;
      if (result.ok) {
        io.out(`${resource.singular}${group} "${metadata.name}" deleted\n`);
        changed = true;
      } else {
        faults.push(statusFault(result.status, {}));
      }
    }
  }
  return { faults, changed };
}

function apiOptions(options: DeleteOptions): ApiDeleteOptions {
  const propagationPolicy = PROPAGATION[options.cascade];
  return options.gracePeriod === undefined
    ? { propagationPolicy }
    : { propagationPolicy, gracePeriodSeconds: options.gracePeriod };
}

interface Named extends Target {
  readonly namespace: string;
}

async function readAll(words: readonly string[], options: DeleteOptions, io: LabContext["io"]) {
  const value: Named[] = [];
  const faults: Fault[] = [];
  if (words.length > 0) {
    const targets = readTargets(words);
    faults.push(...targets.faults);
    for (const target of targets.value) value.push({ ...target, namespace: options.namespace });
  }
  const sources = await readSources(options.filename ?? [], io);
  faults.push(...sources.faults);
  for (const { file, text } of sources.value) {
    const manifests = readManifests(text, file);
    faults.push(...manifests.faults);
    for (const { resource, name, namespace = options.namespace } of manifests.value) {
      value.push({ resource, name, namespace });
    }
  }
  if (words.length === 0 && options.filename === undefined) {
    const message = "error: You must provide one or more resources by argument or filename.";
    faults.push(fault("nothing-named", message, {}));
  }
  return { value, faults };
}
