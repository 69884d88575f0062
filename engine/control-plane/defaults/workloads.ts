import type { Deployment, DeploymentSpec, ReplicaSet } from "../objects.js";
import { defaultTemplate } from "./pod.js";

/** `SetDefaults_Deployment`. */
export function defaultDeployment(deployment: Deployment): Deployment {
  const { spec } = deployment;
  return {
    ...deployment,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
      strategy: defaultStrategy(spec.strategy),
      template: defaultTemplate(spec.template),
    },
  };
}

type Strategy = NonNullable<DeploymentSpec["strategy"]>;

function defaultStrategy(strategy: Strategy | undefined): Strategy {
  if (strategy?.type !== undefined && strategy.type !== "RollingUpdate") return strategy;
  return {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%", ...strategy?.rollingUpdate },
  };
}

/** `SetDefaults_ReplicaSet`. */
export function defaultReplicaSet(replicaSet: ReplicaSet): ReplicaSet {
  const { spec } = replicaSet;
  const template = defaultTemplate(spec.template ?? {});
  return { ...replicaSet, spec: { replicas: 1, ...spec, template } };
}
