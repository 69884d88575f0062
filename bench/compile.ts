import { compile } from "../engine/kube-proxy/compile.js";
import { settingsFor } from "../engine/kube-proxy/from-flags.js";
import { DEFAULT_FLAGS } from "../engine/kube-proxy/resolve-settings.js";
import { createSync } from "../engine/kube-proxy/sync/sync.js";
import { DEFAULT_PROXY_CONFIG } from "../engine/kubernetes/proxy-config.js";
import { checkObjects } from "../engine/kubernetes/read.js";
import { printRestore } from "../engine/iptables/print.js";
import { NODE, NODE_IP, parsedCluster, POD_RANGE } from "./generated-cluster.js";
import type { Prepared } from "./types.js";

export { parsedCluster } from "./generated-cluster.js";

/** The proxy that all benchmarks compile for. */
export const PROXY = {
  config: { ...DEFAULT_PROXY_CONFIG, clusterCIDRs: [POD_RANGE] },
  flags: { ...DEFAULT_FLAGS, node: NODE, nodeIPs: [NODE_IP] },
};

/** What a first sync does: from parsed objects to the bytes. */
export function firstSync(raws: readonly unknown[]) {
  const { value } = checkObjects(raws);
  return compile(value, settingsFor(PROXY, value).value).value;
}

/** From parsed objects to the bytes of a first sync; and the same with rules made and printed. */
export function prepareCompile(services: number, endpoints: number, seed: number): Prepared {
  const raws = parsedCluster(services, endpoints, seed);
  const whole = () => firstSync(raws);
  const typed = () => printRestore(whole().input, "kube-proxy");
  if (typed() !== whole().text) throw new Error("rules printed one by one give other bytes");
  return {
    work: () => whole().bytes.length,
    count: services,
    unit: "Services",
    baselines: [{ name: "as typed rules, printed", work: typed, count: services }],
  };
}

/** Everything again in a sync that runs already; and compiled anew. */
export function prepareFullSync(services: number, endpoints: number, seed: number): Prepared {
  const raws = parsedCluster(services, endpoints, seed);
  const sync = createSync(PROXY);
  sync.change({ add: raws });
  const first = sync.sync().text;
  const again = () => sync.sync({ forceFullSync: true });
  const anew = () => firstSync(raws);
  if (again().text !== first || anew().text !== first) throw new Error("full syncs differ");
  return {
    work: () => again().bytes.length,
    count: services,
    unit: "Services",
    baselines: [{ name: "compiled anew", work: () => anew().bytes.length, count: services }],
  };
}
