import { createSync } from "../engine/kube-proxy/sync/sync.js";
import type { SyncStyle } from "../engine/kube-proxy/sync/types.js";
import { parsedCluster, PROXY } from "./compile.js";
import type { Prepared } from "./types.js";

/** One endpoint of the middle Service comes and goes: each call is one change and its sync. */
export function prepareOneEndpoint(services: number, endpoints: number, seed: number): Prepared {
  const raws = parsedCluster(services, endpoints, seed);
  const change = (style: SyncStyle) => {
    const sync = createSync({ ...PROXY, style });
    sync.change({ add: raws });
    sync.sync();
    const [whole, less] = twoVersions(raws, services);
    let gone = false;
    return () => {
      gone = !gone;
      sync.change({ update: [gone ? less : whole] });
      return sync.sync().bytes.length;
    };
  };
  return {
    work: change("minimal"),
    count: 1,
    unit: "changes",
    baselines: [{ name: "kube-proxy's partial sync", work: change("kube-proxy"), count: 1 }],
  };
}

/** Bytes of the restore input for one endpoint that came, in both styles. */
export function oneEndpointBytes(services: number, endpoints: number, seed: number) {
  const raws = parsedCluster(services, endpoints, seed);
  const bytesOf = (style: SyncStyle) => {
    const [whole, less] = twoVersions(raws, services);
    const sync = createSync({ ...PROXY, style });
    sync.change({ add: raws });
    sync.change({ update: [less] });
    sync.sync();
    sync.change({ update: [whole] });
    return sync.sync().bytes.length;
  };
  return { minimal: bytesOf("minimal"), partial: bytesOf("kube-proxy") };
}

/** The slice of the middle Service, whole and without an endpoint in its middle. */
function twoVersions(raws: readonly unknown[], services: number) {
  const name = `svc-${services >> 1}-a`;
  const slice = raws.find((raw) => JSON.stringify(raw).includes(`"name":"${name}"`));
  if (typeof slice !== "object" || slice === null || !("endpoints" in slice)) {
    throw new TypeError(`there is no slice ${name}`);
  }
  const { endpoints } = slice;
  if (!Array.isArray(endpoints)) throw new TypeError(`slice ${name} has no endpoints`);
  const middle = endpoints.length >> 1;
  return [slice, { ...slice, endpoints: endpoints.toSpliced(middle, 1) }] as const;
}
