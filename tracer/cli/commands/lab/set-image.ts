import type { Command } from "commander";
import { fault, type Fault } from "../../../../engine/errors.js";
import { statusFault } from "../../../../engine/control-plane/client/errors.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { Deployment } from "../../../../engine/control-plane/objects.js";
import { command } from "../../command.js";
import { onCluster, type LabContext, type Result } from "./context.js";
import { namedDeployments } from "./deployments.js";
import { USER, addNamespaceOption, type NamespaceOptions } from "./options.js";

export function setCommand(context: LabContext): Command {
  return command("set", "change one thing of objects").addCommand(setImageCommand(context));
}

function setImageCommand(context: LabContext): Command {
  return addNamespaceOption(command("image", "change the images of a Deployment's containers"))
    .argument("<what>", "deployment/web")
    .argument("<images...>", "nginx=nginx:1.27, *=app:2")
    .action((what: string, images: readonly string[], options: NamespaceOptions, self: Command) =>
      onCluster(context, self, ({ cluster }) =>
        setImages(cluster, what, images, options.namespace, context),
      ),
    );
}

async function setImages(
  cluster: Cluster,
  what: string,
  words: readonly string[],
  namespace: string,
  { io }: LabContext,
): Promise<Result> {
  const images = new Map<string, string>();
  const faults: Fault[] = [];
  for (const word of words) {
    const [name = "", image] = word.split(/=(.*)/s, 2);
    if (image !== undefined && image !== "") images.set(name, image);
    else faults.push(fault("bad-image", `error: "${word}" is not CONTAINER=IMAGE`, {}));
  }
  const deployments = namedDeployments(cluster, [what], namespace);
  faults.push(...deployments.faults);
  let changed = false;
  for (const deployment of faults.length > 0 ? [] : deployments.value) {
    const missing = unknownContainers(deployment, images);
    if (missing.length > 0) {
      const { name } = deployment.metadata;
      for (const container of missing) {
        const message = `error: unable to find container named "${container}" in deployment/${name}`;
        faults.push(fault("no-such-container", message, {}));
      }
      continue;
    }
    const result = await cluster.api.patch(
      "deployments",
      namespace,
      deployment.metadata.name,
      () => withImages(deployment, images),
      { actor: USER, note: `image ${words.join(" ")}` },
    );
    if (!result.ok) {
      faults.push(statusFault(result.status, {}));
    } else if (result.value !== deployment) {
      io.out(`deployment.apps/${deployment.metadata.name} image updated\n`);
      changed = true;
    }
  }
  return { faults, changed };
}

function unknownContainers(
  deployment: Deployment,
  images: ReadonlyMap<string, string>,
): readonly string[] {
  const containers = deployment.spec.template.spec?.containers ?? [];
  const names = new Set(containers.map(({ name }) => name));
  return [...images.keys()].filter((name) => name !== "*" && !names.has(name));
}

function withImages(deployment: Deployment, images: ReadonlyMap<string, string>): unknown {
  const { template } = deployment.spec;
  const containers = [];
  for (const container of template.spec?.containers ?? []) {
    const image = images.get(container.name) ?? images.get("*") ?? container.image;
    containers.push({ ...container, image });
  }
  const spec = { ...template.spec, containers };
  return { ...deployment, spec: { ...deployment.spec, template: { ...template, spec } } };
}
