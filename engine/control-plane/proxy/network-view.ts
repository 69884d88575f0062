import type { WatchCache } from "../api/cache.js";
import type { EndpointSlice, Node, Service } from "../objects.js";

/** All that proxies look at, as it was at one moment. Proxies that looked at once share one view. */
export interface NetworkView {
  /** The API server's revision at that moment. */
  readonly revision: number;
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly nodes: readonly Node[];
}

export const EMPTY_VIEW: NetworkView = { revision: 0, services: [], slices: [], nodes: [] };

/** Makes views, anew only after something in them has changed. */
export class NetworkViews {
  readonly #cache: WatchCache;
  #latest: NetworkView | undefined;

  /** `latest`: a view that is still true, if there is one. */
  constructor(cache: WatchCache, latest: NetworkView | undefined) {
    this.#cache = cache;
    this.#latest = latest;
    cache.subscribe((event) => {
      if (isWatched(event.plural)) this.#latest = undefined;
    });
  }

  current(): NetworkView {
    this.#latest ??= {
      revision: this.#cache.revision,
      services: this.#cache.list("services"),
      slices: this.#cache.list("endpointslices"),
      nodes: this.#cache.list("nodes"),
    };
    return this.#latest;
  }
}

export function isWatched(plural: string): boolean {
  return plural === "services" || plural === "endpointslices" || plural === "nodes";
}
