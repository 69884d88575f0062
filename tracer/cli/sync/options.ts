import type { SyncStyle } from "../../../engine/kube-proxy/sync/types.js";
import type { ClusterOptions } from "../cluster.js";

/** What may be asked of `chainwalk sync`. */
export interface SyncOptions extends ClusterOptions {
  readonly steps?: string;
  readonly follow?: true;
  readonly style: SyncStyle;
  readonly output: "text" | "json";
}
