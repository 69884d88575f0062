import { bootstrap, type NodesWanted } from "../../../engine/control-plane/bootstrap.js";
import { Cluster } from "../../../engine/control-plane/cluster.js";
import type { ApiResult } from "../../../engine/control-plane/api/status.js";
import type { Session } from "../../../engine/control-plane/session.js";
import { DEFAULT_SETTINGS, type ClusterSettings } from "../../../engine/control-plane/settings.js";
import { MemoryStore } from "../../../engine/control-plane/store/memory.js";

export const START = Date.UTC(2024, 0, 1);
export const USER = { actor: { name: "test" } };

export interface LabOptions extends Partial<NodesWanted> {
  readonly seed?: string;
  readonly settings?: Partial<ClusterSettings>;
}

/** A cluster that has settled, with three nodes unless asked otherwise. */
export async function makeLab(options: LabOptions = {}): Promise<Session> {
  const { seed = "test", settings = {}, ...nodes } = options;
  const store = new MemoryStore();
  const cluster = await Cluster.open({
    store,
    settings: { ...DEFAULT_SETTINGS, ...settings },
    start: { seed, now: START },
  });
  await bootstrap(cluster, {
    count: 3,
    master: false,
    externalAddresses: [],
    zones: [],
    ...nodes,
  });
  return { cluster, store };
}

export async function makeCluster(options: LabOptions = {}): Promise<Cluster> {
  return (await makeLab(options)).cluster;
}

/** The value, or the API server's own message as the reason why the test fails. */
export function must<T>(result: ApiResult<T>): T {
  if (result.ok) return result.value;
  throw new Error(result.status.message);
}

/** The message of a refusal. */
export function refusal(result: ApiResult<unknown>): string {
  if (result.ok) throw new Error("it was accepted");
  return result.status.message;
}

export interface AppOptions {
  readonly replicas?: number;
  readonly image?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly container?: Readonly<Record<string, unknown>>;
  readonly podSpec?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Deployment whose Pods listen on 8080. */
export function deployment(name: string, options: AppOptions = {}) {
  const { replicas = 2, image = "web:1", spec = {}, container = {}, podSpec = {} } = options;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations: options.annotations ?? {} },
        spec: {
          containers: [
            { name: "web", image, ports: [{ name: "http", containerPort: 8080 }], ...container },
          ],
          ...podSpec,
        },
      },
      ...spec,
    },
  };
}

export function service(name: string, spec: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}

export function pod(name: string, spec: Readonly<Record<string, unknown>> = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: name } },
    spec: {
      containers: [{ name: "web", image: "web:1", ports: [{ containerPort: 8080 }] }],
      ...spec,
    },
  };
}
