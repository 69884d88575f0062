import type { ApiEvent } from "../api/cache.js";
import { sameJson } from "../json.js";
import type { Component, Surroundings } from "../simulation/component.js";
import type { Machines } from "../kubelet/machines.js";
import { EMPTY_VIEW, NetworkViews, isWatched, type NetworkView } from "./network-view.js";

/** How far the proxy of one node is. */
export interface ProxyState {
  /** What the rules in the node's kernel were made from. */
  readonly programmed: NetworkView;
  /** What a sync under way is writing, and when it will be in the kernel. */
  readonly writing: { readonly view: NetworkView; readonly until: number } | undefined;
  /** When the last sync began; milliseconds since 1970. */
  readonly lastSync: number | undefined;
}

/** All proxies, as a session keeps them. */
export interface ProxiesState {
  readonly states: ReadonlyMap<string, ProxyState>;
  /** The view that any proxy would get that looked now. */
  readonly current: NetworkView | undefined;
  /** Nodes whose proxies have heard of a change and not yet looked. */
  readonly told: readonly string[];
}

export const NO_PROXIES: ProxiesState = { states: new Map(), current: undefined, told: [] };

const NEW: ProxyState = { programmed: EMPTY_VIEW, writing: undefined, lastSync: undefined };

/**
 * The proxies of all nodes. Each watches Services and EndpointSlices and, not more often than its
 * least sync period lets it, writes its node's rules; they count once the write is done
 * (`BoundedFrequencyRunner`). Keys: a node's name.
 */
export class Proxies implements Component {
  readonly name = "kube-proxy";
  readonly #around: Surroundings;
  readonly #machines: Machines;
  readonly #views: NetworkViews;
  readonly #states = new Map<string, ProxyState>();
  /** Nodes whose proxies have heard of a change and not yet looked: they need not hear more. */
  readonly #told = new Set<string>();
  /** Counts writes, so that observers know when rules somewhere have changed. */
  version = 0;

  constructor(around: Surroundings, machines: Machines, start: ProxiesState) {
    this.#around = around;
    this.#machines = machines;
    this.#views = new NetworkViews(around.api.cache, start.current);
    for (const [name, state] of start.states) this.#states.set(name, state);
    for (const name of start.told) this.#told.add(name);
  }

  /** All proxies hear of all Services; of Nodes, each hears only of its own. */
  keysOf(event: ApiEvent): readonly string[] {
    if (event.plural === "nodes") {
      return isNetworkNews(event) ? [event.object.metadata.name] : [];
    }
    if (!isWatched(event.plural)) return [];
    const news = this.#machines.names.filter((name) => !this.#told.has(name));
    for (const name of news) this.#told.add(name);
    return news;
  }

  reconcile(node: string, because: number | undefined): Promise<void> {
    const { clock, settings, wake } = this.#around;
    const { proxyMinSyncPeriod, proxySyncDuration } = settings.timing;
    const machine = this.#machines.get(node);
    const now = clock.now();
    const before = this.stateOf(node);
    this.#told.delete(node);
    if (machine?.powered !== true) return Promise.resolve();
    const state =
      before.writing !== undefined && before.writing.until <= now
        ? this.#written(node, before, before.writing.view)
        : before;
    const wanted = this.#views.current();
    if (state.writing !== undefined) {
      wake(node, state.writing.until, { because });
    } else if (wanted !== state.programmed) {
      const allowed = (state.lastSync ?? Number.NEGATIVE_INFINITY) + proxyMinSyncPeriod;
      if (allowed > now) {
        wake(node, allowed, { because });
      } else {
        const until = now + proxySyncDuration;
        this.#states.set(node, { ...state, lastSync: now, writing: { view: wanted, until } });
        wake(node, until, { because });
      }
    }
    return Promise.resolve();
  }

  #written(node: string, state: ProxyState, programmed: NetworkView): ProxyState {
    const next = { ...state, programmed, writing: undefined };
    this.#states.set(node, next);
    this.version++;
    return next;
  }

  stateOf(node: string): ProxyState {
    return this.#states.get(node) ?? NEW;
  }

  state(): ProxiesState {
    return { states: this.#states, current: this.#views.current(), told: [...this.#told] };
  }

  /** A machine that lost power lost its rules; its proxy starts afresh. */
  forget(node: string): void {
    this.#states.delete(node);
    this.version++;
  }
}

/** Labels and addresses of a Node matter to rules; its heartbeats do not. */
function isNetworkNews({ object, before, type }: ApiEvent): boolean {
  return type !== "MODIFIED" || !sameJson(object.metadata.labels, before?.metadata.labels);
}
