import type { Fault } from "../../errors.js";
import type { KubernetesObjects } from "../../kubernetes/types.js";
import type { ProxySetup } from "../from-flags.js";
import type { StaleConntrack } from "./conntrack.js";
import type { HealthChecks } from "./health.js";

/**
 * `minimal`: only what differs. `kube-proxy`: what kube-proxy writes, byte for byte. Full syncs are
 * kube-proxy's in both.
 */
export type SyncStyle = "minimal" | "kube-proxy";

/** What a proxy's syncs hang on besides the objects. */
export interface SyncConfig extends ProxySetup {
  readonly style?: SyncStyle;
}

/** Objects that came, changed or went: parsed JSON, lists allowed. */
export interface ObjectChange {
  readonly add?: readonly unknown[];
  readonly update?: readonly unknown[];
  /** Only kind, namespace and name are read. */
  readonly delete?: readonly unknown[];
}

/** One event of a Kubernetes watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

/** What a sync is asked to do. */
export interface SyncRequest {
  /** Write everything, as after somebody flushed the rules. */
  readonly forceFullSync?: boolean;
  /**
   * Milliseconds on any clock; in large clusters stale chains are removed at most once in a
   * syncPeriod of it. Absent: no time passes.
   */
  readonly now?: number;
}

/** What a sync hands to `iptables-restore`, and why. */
export interface SyncResult {
  /** For `iptables-restore --noflush --counters`; empty when there is nothing to do. */
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly full: boolean;
  readonly largeCluster: boolean;
  /** Whether stale chains were looked for and removed. */
  readonly cleaned: boolean;
  /** To be deleted once the restore has succeeded. */
  readonly conntrack: StaleConntrack;
}

/** Follows a cluster's objects and keeps a node's rules up to date. */
export interface Sync {
  /** Takes in changed objects. Those that cannot be used are refused one by one, with reasons. */
  change(change: ObjectChange): readonly Fault[];
  /** Takes in all objects there are: those not among them are gone. */
  replace(objects: KubernetesObjects): void;
  /** Takes in an event of a watch; bookmarks change nothing. */
  watch(event: WatchEvent): readonly Fault[];
  /** What to restore for everything taken in since the last time. */
  sync(request?: SyncRequest): SyncResult;
  /** Tells that the last restore failed: the next sync writes everything. */
  failed(): void;
  health(): HealthChecks;
  /**
   * What Services want that only one can have (one cluster IP and port, one node port), and which
   * one wins, as of the last sync. Looks at all Services, so it is worked out when asked for.
   */
  conflicts(): readonly Fault[];
}
