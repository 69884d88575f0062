import type { Container, Pod, PodSpec, PodTemplate, Probe, Toleration } from "../objects.js";

/** The defaults of `core/v1` for what a Pod is to run (`SetDefaults_PodSpec` and its parts). */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  return {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    ...spec,
    containers: spec.containers.map(defaultContainer),
    ...(spec.initContainers === undefined
      ? {}
      : { initContainers: spec.initContainers.map(defaultContainer) }),
  };
}

function defaultContainer(container: Container): Container {
  return {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: pullPolicyOf(container.image ?? ""),
    ...container,
    ...(container.ports === undefined
      ? {}
      : { ports: container.ports.map((port) => ({ protocol: "TCP", ...port })) }),
    ...probes(container),
    ...(container.resources?.limits === undefined
      ? {}
      : {
          resources: {
            ...container.resources,
            requests: { ...container.resources.limits, ...container.resources.requests },
          },
        }),
  };
}

function probes(container: Container): Partial<Container> {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  return {
    ...(livenessProbe === undefined ? {} : { livenessProbe: defaultProbe(livenessProbe) }),
    ...(readinessProbe === undefined ? {} : { readinessProbe: defaultProbe(readinessProbe) }),
    ...(startupProbe === undefined ? {} : { startupProbe: defaultProbe(startupProbe) }),
  };
}

function defaultProbe(probe: Probe): Probe {
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...probe,
    ...(probe.httpGet === undefined
      ? {}
      : { httpGet: { path: "/", scheme: "HTTP", ...probe.httpGet } }),
  };
}

/** `latest`, said or meant, is pulled each time. */
function pullPolicyOf(image: string): string {
  const name = image.slice(image.lastIndexOf("/") + 1);
  if (name.includes("@")) return "IfNotPresent";
  const colon = name.indexOf(":");
  return colon < 0 || name.slice(colon + 1) === "latest" ? "Always" : "IfNotPresent";
}

export function defaultTemplate(template: PodTemplate): PodTemplate {
  return { ...template, spec: defaultPodSpec(template.spec ?? { containers: [] }) };
}

const NODE_GONE: readonly Toleration[] = ["not-ready", "unreachable"].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

/**
 * Also what the admission plug-ins ServiceAccount, Priority and DefaultTolerationSeconds add to
 * every Pod: it stays five minutes on a node that is not ready or out of reach.
 */
export function defaultPod(pod: Pod): Pod {
  const tolerations = pod.spec.tolerations ?? [];
  const missing = NODE_GONE.filter(
    (added) =>
      !tolerations.some(
        (given) =>
          (given.key === added.key || (given.key ?? "") === "") &&
          (given.effect === "NoExecute" || (given.effect ?? "") === ""),
      ),
  );
  const spec = defaultPodSpec(pod.spec);
  const account = spec.serviceAccountName ?? spec.serviceAccount ?? "default";
  return {
    ...pod,
    spec: {
      enableServiceLinks: true,
      preemptionPolicy: "PreemptLowerPriority",
      priority: 0,
      ...spec,
      serviceAccountName: account,
      serviceAccount: account,
      tolerations: [...tolerations, ...missing],
    },
    status: { phase: "Pending", qosClass: qosClassOf(spec), ...pod.status },
  };
}

/** `qos.ComputePodQOS`, on cpu and memory. */
function qosClassOf(spec: PodSpec): string {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const none = all.every(
    (container) =>
      Object.keys(container.resources?.limits ?? {}).length === 0 &&
      Object.keys(container.resources?.requests ?? {}).length === 0,
  );
  if (none) return "BestEffort";
  const guaranteed = all.every((container) =>
    ["cpu", "memory"].every((name) => {
      const limit = container.resources?.limits?.[name];
      return limit !== undefined && container.resources?.requests?.[name] === limit;
    }),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}
