import type { Component, Surroundings } from "../simulation/component.js";
import type { Store } from "../store/types.js";

/** `--etcd-compaction-interval`. */
const INTERVAL = 300_000;

const KEY = "compact";

/**
 * Has the store forget history that is older than the last interval (`etcd3/compact.go`). A cluster
 * that is taken up again has forgotten its history anyway.
 */
export class Compactor implements Component {
  readonly name = "compactor";
  readonly #around: Surroundings;
  readonly #store: Store;
  /** The revision at the last look. */
  #revision = 1;

  constructor(around: Surroundings, store: Store) {
    this.#around = around;
    this.#store = store;
    around.wake(KEY, around.clock.now() + INTERVAL, { idle: true });
  }

  /** It only goes by time. */
  keysOf(): readonly string[] {
    return [];
  }

  async reconcile(): Promise<void> {
    const { api, clock, wake } = this.#around;
    await this.#store.compact(this.#revision);
    this.#revision = api.cache.revision;
    wake(KEY, clock.now() + INTERVAL, { idle: true });
  }
}
