import { container, ephemeralContainer } from "./container.js";
import { kind, labelSelector, templateMeta } from "./meta.js";
import {
  anything,
  bool,
  int32,
  int64,
  list,
  listByKey,
  map,
  object,
  quantity,
  setOf,
  string,
  time,
} from "./shape.js";

const nodeSelectorTerm = object("NodeSelectorTerm", {
  matchExpressions: list(
    object("NodeSelectorRequirement", { key: string, operator: string, values: list(string) }),
  ),
  matchFields: list(
    object("NodeSelectorRequirement", { key: string, operator: string, values: list(string) }),
  ),
});

const podAffinityTerm = object("PodAffinityTerm", {
  labelSelector,
  namespaces: list(string),
  topologyKey: string,
  namespaceSelector: labelSelector,
  matchLabelKeys: list(string),
  mismatchLabelKeys: list(string),
});

const podAffinityTerms = {
  requiredDuringSchedulingIgnoredDuringExecution: list(podAffinityTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    object("WeightedPodAffinityTerm", { weight: int32, podAffinityTerm }),
  ),
};

const affinity = object("Affinity", {
  nodeAffinity: object("NodeAffinity", {
    requiredDuringSchedulingIgnoredDuringExecution: object("NodeSelector", {
      nodeSelectorTerms: list(nodeSelectorTerm),
    }),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      object("PreferredSchedulingTerm", { weight: int32, preference: nodeSelectorTerm }),
    ),
  }),
  podAffinity: object("PodAffinity", podAffinityTerms),
  podAntiAffinity: object("PodAntiAffinity", podAffinityTerms),
});

const toleration = object("Toleration", {
  key: string,
  operator: string,
  value: string,
  effect: string,
  tolerationSeconds: int64,
});

const topologySpreadConstraint = object("TopologySpreadConstraint", {
  maxSkew: int32,
  topologyKey: string,
  whenUnsatisfiable: string,
  labelSelector,
  minDomains: int32,
  nodeAffinityPolicy: string,
  nodeTaintsPolicy: string,
  matchLabelKeys: list(string),
});

/** `core/v1 PodSpec`. */
export const podSpec = object(
  "PodSpec",
  {
    volumes: listByKey("name", anything),
    initContainers: listByKey("name", container),
    containers: listByKey("name", container),
    ephemeralContainers: listByKey("name", ephemeralContainer),
    restartPolicy: string,
    terminationGracePeriodSeconds: int64,
    activeDeadlineSeconds: int64,
    dnsPolicy: string,
    nodeSelector: map(string),
    serviceAccountName: string,
    serviceAccount: string,
    automountServiceAccountToken: bool,
    nodeName: string,
    hostNetwork: bool,
    hostPID: bool,
    hostIPC: bool,
    shareProcessNamespace: bool,
    securityContext: anything,
    imagePullSecrets: listByKey("name", object("LocalObjectReference", { name: string })),
    hostname: string,
    subdomain: string,
    affinity,
    schedulerName: string,
    tolerations: list(toleration),
    hostAliases: listByKey("ip", object("HostAlias", { ip: string, hostnames: list(string) })),
    priorityClassName: string,
    priority: int32,
    dnsConfig: anything,
    readinessGates: list(object("PodReadinessGate", { conditionType: string })),
    runtimeClassName: string,
    enableServiceLinks: bool,
    preemptionPolicy: string,
    overhead: map(quantity),
    topologySpreadConstraints: listByKey("topologyKey", topologySpreadConstraint),
    setHostnameAsFQDN: bool,
    os: object("PodOS", { name: string }),
    hostUsers: bool,
    schedulingGates: listByKey("name", object("PodSchedulingGate", { name: string })),
    resourceClaims: listByKey("name", anything),
  },
  { containers: [] },
);

/** `core/v1 PodTemplateSpec`. */
export const podTemplate = object(
  "PodTemplateSpec",
  { metadata: templateMeta, spec: podSpec },
  { metadata: {}, spec: {} },
);

/** A condition of any kind of object: they differ only in which times they carry. */
export const condition = object("Condition", {
  type: string,
  status: string,
  reason: string,
  message: string,
  observedGeneration: int64,
  lastProbeTime: time,
  lastTransitionTime: time,
  lastUpdateTime: time,
  lastHeartbeatTime: time,
});

const containerStatus = object("ContainerStatus", {
  name: string,
  state: anything,
  lastState: anything,
  ready: bool,
  restartCount: int32,
  image: string,
  imageID: string,
  containerID: string,
  started: bool,
  allocatedResources: map(quantity),
  resources: anything,
});

const podStatus = object("PodStatus", {
  phase: string,
  conditions: listByKey("type", condition),
  message: string,
  reason: string,
  nominatedNodeName: string,
  hostIP: string,
  hostIPs: list(object("HostIP", { ip: string })),
  podIP: string,
  podIPs: listByKey("ip", object("PodIP", { ip: string })),
  startTime: time,
  initContainerStatuses: list(containerStatus),
  containerStatuses: list(containerStatus),
  qosClass: string,
  ephemeralContainerStatuses: list(containerStatus),
  resize: string,
  resourceClaimStatuses: list(anything),
});

/** `core/v1 Pod`. */
export const pod = kind("Pod", { spec: podSpec, status: podStatus });

const taint = object("Taint", { key: string, value: string, effect: string, timeAdded: time });

/** `core/v1 Node`. */
export const node = kind("Node", {
  spec: object("NodeSpec", {
    podCIDR: string,
    podCIDRs: setOf(string),
    providerID: string,
    unschedulable: bool,
    taints: list(taint),
    configSource: anything,
    externalID: string,
  }),
  status: object("NodeStatus", {
    capacity: map(quantity),
    allocatable: map(quantity),
    phase: string,
    conditions: listByKey("type", condition),
    addresses: listByKey("type", object("NodeAddress", { type: string, address: string })),
    daemonEndpoints: anything,
    nodeInfo: anything,
    images: list(anything),
    volumesInUse: list(string),
    volumesAttached: list(anything),
    config: anything,
    runtimeHandlers: list(anything),
  }),
});
