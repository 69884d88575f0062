import { kind } from "./meta.js";
import { condition } from "./pod.js";
import {
  bool,
  int32,
  list,
  listByKey,
  map,
  microTime,
  object,
  setOf,
  string,
  anything,
} from "./shape.js";

/** `core/v1 Namespace`. */
export const namespace = kind("Namespace", {
  spec: object("NamespaceSpec", { finalizers: setOf(string) }),
  status: object("NamespaceStatus", { phase: string, conditions: listByKey("type", condition) }),
});

/** `core/v1 ConfigMap`. */
export const configMap = kind("ConfigMap", {
  data: map(string),
  binaryData: map(string),
  immutable: bool,
});

/** `core/v1 Secret`. */
export const secret = kind("Secret", {
  data: map(string),
  stringData: map(string),
  type: string,
  immutable: bool,
});

/** `core/v1 ServiceAccount`. */
export const serviceAccount = kind("ServiceAccount", {
  secrets: listByKey("name", anything),
  imagePullSecrets: list(anything),
  automountServiceAccountToken: bool,
});

/** `coordination.k8s.io/v1 Lease`: how a node says that it lives. */
export const lease = kind("Lease", {
  spec: object("LeaseSpec", {
    holderIdentity: string,
    leaseDurationSeconds: int32,
    acquireTime: microTime,
    renewTime: microTime,
    leaseTransitions: int32,
  }),
});
