import { formatSelector } from "../api/selector.js";
import { ok, type ApiResult } from "../api/status.js";
import { readObject } from "../api/typed.js";
import { isObject } from "../json.js";
import type { Deployment, ReplicaSet } from "../objects.js";

/** `autoscaling/v1 Scale` of something that has replicas. */
export function scaleOf(object: Deployment | ReplicaSet): unknown {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: object.spec.replicas ?? 1 },
    status: {
      replicas: object.status?.replicas ?? 0,
      selector: formatSelector(object.spec.selector),
    },
  };
}

/** The object with the number that a Scale asks for, at the revision that the Scale was read at. */
export function withScale(
  plural: "deployments" | "replicasets",
  object: Deployment | ReplicaSet,
  scale: unknown,
): ApiResult<Deployment | ReplicaSet> {
  const spec = isObject(scale) && isObject(scale["spec"]) ? scale["spec"] : {};
  const metadata = isObject(scale) && isObject(scale["metadata"]) ? scale["metadata"] : {};
  const resourceVersion = metadata["resourceVersion"] ?? object.metadata.resourceVersion;
  const read = readObject(plural, {
    ...object,
    metadata: { ...object.metadata, resourceVersion },
    spec: { ...object.spec, replicas: spec["replicas"] ?? 0 },
  });
  return read.ok ? ok(read.value) : read;
}
