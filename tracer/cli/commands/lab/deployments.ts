import { fault, type Checked } from "../../../../engine/errors.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { Deployment } from "../../../../engine/control-plane/objects.js";
import { readTargets, selectObjects } from "./targets.js";

/** The Deployments that a command names, as `deployment/web` or `deployment web`. */
export function namedDeployments(
  cluster: Cluster,
  words: readonly string[],
  namespace: string,
): Checked<readonly Deployment[]> {
  const targets = readTargets(words);
  const value: Deployment[] = [];
  const faults = [...targets.faults];
  for (const { resource, name } of targets.value) {
    if (resource.plural !== "deployments") {
      const message = `error: no kind "${resource.kind}" with replicas and a rollout is known here; only Deployments are`;
      faults.push(fault("not-a-deployment", message, {}));
      continue;
    }
    const selected = selectObjects(cluster, "deployments", name, { namespace });
    value.push(...selected.value);
    faults.push(...selected.faults);
  }
  return { value, faults };
}
