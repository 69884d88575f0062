import type { Command } from "commander";
import type { Fault } from "../../../../engine/errors.js";
import { applyManifest } from "../../../../engine/control-plane/client/apply.js";
import { statusFault } from "../../../../engine/control-plane/client/errors.js";
import { readManifests, type Manifest } from "../../../../engine/control-plane/client/manifests.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import { collect, command } from "../../command.js";
import { readSources } from "../../files.js";
import { onCluster, type LabContext, type Result } from "./context.js";
import { USER, addNamespaceOption, type NamespaceOptions } from "./options.js";
import { shownName } from "./targets.js";

interface ApplyOptions extends NamespaceOptions {
  readonly filename: readonly string[];
  readonly dryRun?: true;
}

export function applyCommand(context: LabContext): Command {
  return addNamespaceOption(command("apply", "bring objects to what manifests say"))
    .requiredOption("-f, --filename <path>", "manifests: a file, a folder, or -", collect)
    .option("--dry-run", "only check them")
    .action((options: ApplyOptions, self: Command) =>
      onCluster(context, self, ({ cluster }) => applyAll(cluster, options, context)),
    );
}

async function applyAll(
  cluster: Cluster,
  options: ApplyOptions,
  { io }: LabContext,
): Promise<Result> {
  const sources = await readSources(options.filename, io);
  const faults: Fault[] = [...sources.faults];
  let changed = false;
  for (const { file, text } of sources.value) {
    const manifests = readManifests(text, file);
    faults.push(...manifests.faults);
    for (const manifest of manifests.value) {
      const result = await applyOne(cluster, manifest, options);
      faults.push(...result.faults);
      changed ||= result.changed;
      if (result.line !== undefined) io.out(`${result.line}\n`);
    }
  }
  return { faults, changed: changed && options.dryRun !== true };
}

async function applyOne(cluster: Cluster, manifest: Manifest, options: ApplyOptions) {
  const { resource, file } = manifest;
  const namespace = manifest.namespace ?? options.namespace;
  const existing = cluster.api.cache.get(
    resource.plural,
    resource.namespaced ? namespace : "",
    manifest.name,
  );
  const dryRun = options.dryRun === true;
  const context = { actor: USER, dryRun };
  const applied = await applyManifest(cluster.api, manifest, namespace, context);
  if (!applied.ok) {
    const verb = existing === undefined ? "creating" : "applying patch to";
    const doing = `error when ${verb} "${file}"`;
    return { faults: [statusFault(applied.status, { file }, doing)], changed: false };
  }
  const { done, object } = applied.value;
  const line = `${shownName(resource, object)} ${done}${dryRun ? " (dry run)" : ""}`;
  return { faults: [], changed: done !== "unchanged", line };
}
