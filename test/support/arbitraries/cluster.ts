import * as fc from "fast-check";
import {
  clusterArbitrary,
  clusterHistoryArbitrary,
  USUAL_BOUNDS,
  type Cluster,
  type ClusterBounds,
} from "../../../engine/arbitraries/cluster.js";
import { compile, type Compilation } from "../../../engine/kube-proxy/compile.js";
import { settingsFor } from "../../../engine/kube-proxy/from-flags.js";
import { checkObjects } from "../../../engine/kubernetes/read.js";

export const cluster = clusterArbitrary(fc);
export const clusterHistory = clusterHistoryArbitrary(fc, 4);

/** Plain ClusterIP Services with endpoints, one family. */
export const PLAIN: ClusterBounds = { ...USUAL_BOUNDS, families: [4], plain: true };
export const plainCluster = clusterArbitrary(fc, PLAIN);

/** Compiles a cluster; its objects are sound, so whatever is found wrong is a mistake. */
export function compileCluster({ objects, config, flags }: Cluster): Compilation {
  const checked = checkObjects(objects);
  const wrong = checked.faults.filter(({ severity }) => severity === "error");
  if (wrong.length > 0) throw new Error(wrong.map(({ message }) => message).join("; "));
  const settings = settingsFor({ config, flags }, checked.value);
  return compile(checked.value, settings.value).value;
}
