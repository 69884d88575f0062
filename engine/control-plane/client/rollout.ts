import type { ApiServer, WriteContext } from "../api/server.js";
import { failure, type ApiResult } from "../api/status.js";
import { REVISION, revisionOf, withoutHash } from "../controllers/deployment/replica-sets.js";
import type { Deployment, ReplicaSet } from "../objects.js";
import { layOut } from "../table/table.js";

export interface RolloutStatus {
  readonly message: string;
  readonly state: "going-on" | "done" | "failed";
}

/** What `kubectl rollout status` says (`DeploymentStatusViewer`). */
export function rolloutStatus(deployment: Deployment): RolloutStatus {
  const { metadata, spec, status = {} } = deployment;
  const replicas = spec.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  const waiting = (what: string): RolloutStatus => ({
    message: `Waiting for deployment "${metadata.name}" rollout to finish: ${what}...`,
    state: "going-on",
  });
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) {
    return { message: "Waiting for deployment spec update to be observed...", state: "going-on" };
  }
  const progressing = status.conditions?.find((condition) => condition.type === "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    const message = `error: deployment "${metadata.name}" exceeded its progress deadline`;
    return { message, state: "failed" };
  }
  if (updated < replicas) {
    return waiting(`${updated} out of ${replicas} new replicas have been updated`);
  }
  if ((status.replicas ?? 0) > updated) {
    return waiting(`${(status.replicas ?? 0) - updated} old replicas are pending termination`);
  }
  if ((status.availableReplicas ?? 0) < updated) {
    const available = status.availableReplicas ?? 0;
    return waiting(`${available} of ${updated} updated replicas are available`);
  }
  return { message: `deployment "${metadata.name}" successfully rolled out`, state: "done" };
}

function setsOf(api: ApiServer, deployment: Deployment): readonly ReplicaSet[] {
  return api.cache
    .controlledBy("replicasets", deployment.metadata.uid)
    .toSorted((left, right) => revisionOf(left) - revisionOf(right));
}

export function rolloutHistory(api: ApiServer, deployment: Deployment): string {
  const rows = setsOf(api, deployment).map((set) => [
    revisionOf(set),
    set.metadata.annotations?.["kubernetes.io/change-cause"] ?? "<none>",
  ]);
  const table = layOut(["Revision", "Change-Cause"], rows, 2);
  return `deployment.apps/${deployment.metadata.name} \n${table}\n`;
}

/** Goes back to the template of a revision; without one, of the last revision before the present. */
export async function rolloutUndo(
  api: ApiServer,
  deployment: Deployment,
  revision: number | undefined,
  context: WriteContext,
): Promise<ApiResult<Deployment>> {
  const { namespace, name, annotations } = deployment.metadata;
  if (deployment.spec.paused === true) {
    return failure(
      "BadRequest",
      `cannot rollback a paused deployment; resume it first with 'rollout resume' and try again`,
    );
  }
  const present = Number(annotations?.[REVISION] ?? 0);
  const sets = setsOf(api, deployment);
  const target =
    revision === undefined
      ? sets.findLast((set) => revisionOf(set) < present)
      : sets.find((set) => revisionOf(set) === revision);
  if (target === undefined) {
    const message =
      revision === undefined
        ? `no rollout history found for deployment "${name}"`
        : `unable to find specified revision ${revision} in history`;
    return failure("NotFound", message);
  }
  const template = withoutHash(target.spec.template ?? {});
  return api.mutate(
    "deployments",
    namespace,
    name,
    (current) => ({ ...current, spec: { ...current.spec, template } }),
    { ...context, note: `back to revision ${revisionOf(target)}` },
  );
}
