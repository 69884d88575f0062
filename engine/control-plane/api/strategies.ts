import { defaultPod } from "../defaults/pod.js";
import { defaultService } from "../defaults/service.js";
import { defaultDeployment, defaultReplicaSet } from "../defaults/workloads.js";
import type { Kinds, Namespace, Plural } from "../objects.js";
import {
  endpointSliceErrors,
  endpointSliceUpdateErrors,
  immutableDataErrors,
  nodeErrors,
  nodeUpdateErrors,
} from "../validate/plain.js";
import { podErrors, podUpdateErrors } from "../validate/pod.js";
import { serviceErrors, serviceUpdateErrors } from "../validate/service.js";
import { deploymentErrors, replicaSetErrors, selectorUpdateErrors } from "../validate/workloads.js";
import type { FieldError } from "./field-error.js";

/** What a kind adds to the common way of an object into the store. */
interface Strategy<T> {
  readonly defaults: (object: T) => T;
  readonly errors: (object: T) => readonly FieldError[];
  readonly updateErrors: (next: T, old: T) => readonly FieldError[];
}

const none = (): readonly FieldError[] => [];

function strategy<T>(parts: Partial<Strategy<T>>): Strategy<T> {
  return { defaults: (object) => object, errors: none, updateErrors: none, ...parts };
}

export const STRATEGIES: { readonly [P in Plural]: Strategy<Kinds[P]> } = {
  namespaces: strategy({ defaults: defaultNamespace }),
  nodes: strategy({ errors: nodeErrors, updateErrors: nodeUpdateErrors }),
  pods: strategy({ defaults: defaultPod, errors: podErrors, updateErrors: podUpdateErrors }),
  services: strategy({
    defaults: defaultService,
    errors: serviceErrors,
    updateErrors: serviceUpdateErrors,
  }),
  configmaps: strategy({ updateErrors: immutableDataErrors }),
  secrets: strategy({
    defaults: (secret) => ({ type: "Opaque", ...secret }),
    updateErrors: immutableDataErrors,
  }),
  serviceaccounts: strategy({}),
  deployments: strategy({
    defaults: defaultDeployment,
    errors: deploymentErrors,
    updateErrors: selectorUpdateErrors,
  }),
  replicasets: strategy({
    defaults: defaultReplicaSet,
    errors: replicaSetErrors,
    updateErrors: selectorUpdateErrors,
  }),
  endpointslices: strategy({
    errors: endpointSliceErrors,
    updateErrors: endpointSliceUpdateErrors,
  }),
  leases: strategy({}),
};

function defaultNamespace(namespace: Namespace): Namespace {
  const { name, labels } = namespace.metadata;
  return {
    ...namespace,
    metadata: { ...namespace.metadata, labels: { ...labels, "kubernetes.io/metadata.name": name } },
    spec: { finalizers: ["kubernetes"], ...namespace.spec },
    status: { phase: "Active", ...namespace.status },
  };
}
