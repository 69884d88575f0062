import type { Component, Surroundings } from "../simulation/component.js";
import type { Store } from "../store/types.js";

/** `--etcd-compaction-interval`. */
const INTERVAL = 300_000;

/**
 * Has the store forget history that is older than the last interval (`etcd3/compact.go`). Key: the
 * revision to forget up to.
 */
export class Compactor implements Component {
  readonly name = "compactor";
  readonly #around: Surroundings;
  readonly #store: Store;

  constructor(around: Surroundings, store: Store) {
    this.#around = around;
    this.#store = store;
  }

  /** It only goes by time; the first write of all starts it. */
  keysOf(event: { readonly revision: number }): readonly string[] {
    return event.revision === 2 ? ["1"] : [];
  }

  async reconcile(key: string): Promise<void> {
    const { api, clock, wake } = this.#around;
    await this.#store.compact(Number(key));
    wake(String(api.cache.revision), clock.now() + INTERVAL, { idle: true });
  }
}
