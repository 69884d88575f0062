import { kind, labelSelector } from "./meta.js";
import { condition, podTemplate } from "./pod.js";
import { bool, int32, int64, intOrString, listByKey, object, string } from "./shape.js";

/** `apps/v1 Deployment`. */
export const deployment = kind("Deployment", {
  spec: object(
    "DeploymentSpec",
    {
      replicas: int32,
      selector: labelSelector,
      template: podTemplate,
      strategy: object("DeploymentStrategy", {
        type: string,
        rollingUpdate: object("RollingUpdateDeployment", {
          maxUnavailable: intOrString,
          maxSurge: intOrString,
        }),
      }),
      minReadySeconds: int32,
      revisionHistoryLimit: int32,
      paused: bool,
      progressDeadlineSeconds: int32,
    },
    { selector: {}, template: {} },
  ),
  status: object("DeploymentStatus", {
    observedGeneration: int64,
    replicas: int32,
    updatedReplicas: int32,
    readyReplicas: int32,
    availableReplicas: int32,
    unavailableReplicas: int32,
    conditions: listByKey("type", condition),
    collisionCount: int32,
  }),
});

/** `apps/v1 ReplicaSet`. */
export const replicaSet = kind("ReplicaSet", {
  spec: object(
    "ReplicaSetSpec",
    {
      replicas: int32,
      minReadySeconds: int32,
      selector: labelSelector,
      template: podTemplate,
    },
    { selector: {}, template: {} },
  ),
  status: object("ReplicaSetStatus", {
    replicas: int32,
    fullyLabeledReplicas: int32,
    readyReplicas: int32,
    availableReplicas: int32,
    observedGeneration: int64,
    conditions: listByKey("type", condition),
  }),
});

/** `autoscaling/v1 Scale`: the subresource through which `kubectl scale` speaks. */
export const scale = kind("Scale", {
  spec: object("ScaleSpec", { replicas: int32 }),
  status: object("ScaleStatus", { replicas: int32, selector: string }),
});
