import type { ApiEvent } from "../api/cache.js";
import type { ApiServer } from "../api/server.js";
import type { Clock } from "../clock.js";
import type { Actor } from "../journal.js";
import type { Random } from "../random.js";
import type { ClusterSettings } from "../settings.js";

/** What a component is given to work with. Other components it meets only in the API server. */
export interface Surroundings {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ClusterSettings;
  /** Asks to be called for `key` at a time; what is due earlier already is not put off. */
  readonly wake: (key: string, at: number, more?: WakeOptions) => void;
}

export interface WakeOptions {
  readonly because?: number | undefined;
  /** It goes on for ever by itself, like a heartbeat. */
  readonly idle?: boolean;
}

/**
 * A part of Kubernetes that watches and acts. It is driven by level, not by edge: `reconcile`
 * looks at how things stand, does what is missing, and asks to be woken for whatever time alone
 * will change. It may be called at any time and must then do no harm.
 */
export interface Component {
  readonly name: string;
  /** The keys to look at because of a change. */
  keysOf(event: ApiEvent): readonly string[];
  reconcile(key: string, because: number | undefined): Promise<void>;
}

export function actorOf(name: string, because: number | undefined): Actor {
  return because === undefined ? { name } : { name, because };
}

/** Splits `namespace/name`. */
export function splitKey(key: string): readonly [namespace: string, name: string] {
  const slash = key.indexOf("/");
  return slash < 0 ? ["", key] : [key.slice(0, slash), key.slice(slash + 1)];
}
