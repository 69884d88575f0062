import { ApiServer } from "./api/server.js";
import { Compactor } from "./api/compactor.js";
import { DeploymentController } from "./controllers/deployment/controller.js";
import { EndpointSliceController } from "./controllers/endpoint-slice/controller.js";
import { GarbageCollector } from "./controllers/garbage-collector.js";
import { NamespaceController } from "./controllers/namespace.js";
import { NodeIpamController } from "./controllers/node-ipam.js";
import { NodeLifecycleController } from "./controllers/node-lifecycle.js";
import { ReplicaSetController } from "./controllers/replica-set.js";
import { ServiceController } from "./controllers/service.js";
import { Journal, type JournalEntry } from "./journal.js";
import { KUBELET, Kubelets } from "./kubelet/kubelet.js";
import { Machines, type MachineSnapshot } from "./kubelet/machines.js";
import { NO_PROXIES, Proxies, type ProxiesState } from "./proxy/proxies.js";
import { RuleMaker } from "./proxy/rules.js";
import { createRandom, type Random, type RandomState } from "./random.js";
import { Scheduler } from "./scheduler/scheduler.js";
import type { ClusterSettings } from "./settings.js";
import type { Component, Surroundings } from "./simulation/component.js";
import { WorkQueue, type Work } from "./simulation/queue.js";
import type { Store } from "./store/types.js";

/** Everything beside the store that a cluster's future depends on. */
export interface ClusterState {
  /** Milliseconds since 1970 of simulated time. */
  readonly now: number;
  /** When its simulated time began. */
  readonly startedAt: number;
  readonly random: RandomState;
  readonly work: readonly Work[];
  readonly machines: readonly MachineSnapshot[];
  readonly journal: readonly JournalEntry[];
  readonly proxies: ProxiesState;
}

export interface ClusterParts {
  readonly store: Store;
  readonly settings: ClusterSettings;
  /** A new cluster's seed, or where an old one was left. */
  readonly start: { readonly seed: string; readonly now: number } | ClusterState;
}

const JOURNAL_LIMIT = 50_000;

/**
 * A whole Kubernetes in simulated time: the API server and everything that speaks through it. A
 * run is a function of the seed and of what is done to it from outside.
 */
export class Cluster {
  readonly api: ApiServer;
  readonly machines: Machines;
  readonly proxies: Proxies;
  readonly journal: Journal;
  readonly settings: ClusterSettings;
  readonly random: Random;
  readonly rules: RuleMaker;
  /** When its simulated time began; milliseconds since 1970. */
  readonly startedAt: number;
  readonly #queue = new WorkQueue();
  readonly #components = new Map<string, Component>();
  readonly #observers = new Set<() => void>();
  readonly #clock: { time: number };

  private constructor(
    parts: ClusterParts,
    api: ApiServer,
    made: { readonly random: Random; readonly journal: Journal; readonly clock: { time: number } },
  ) {
    const { start, settings } = parts;
    this.api = api;
    this.settings = settings;
    this.rules = new RuleMaker(settings);
    this.startedAt = "seed" in start ? start.now : start.startedAt;
    this.random = made.random;
    this.journal = made.journal;
    this.#clock = made.clock;
    const old = "seed" in start ? undefined : start;
    this.machines = Machines.restore(old?.machines ?? []);
    for (const work of old?.work ?? []) this.#queue.add(work);
    this.proxies = new Proxies(
      this.#surroundings("kube-proxy"),
      this.machines,
      old?.proxies ?? NO_PROXIES,
    );
    for (const component of [
      new DeploymentController(this.#surroundings("deployment-controller")),
      new ReplicaSetController(this.#surroundings("replicaset-controller")),
      new Scheduler(this.#surroundings("scheduler")),
      new Kubelets(this.#surroundings(KUBELET), this.machines),
      new EndpointSliceController(this.#surroundings("endpointslice-controller")),
      new ServiceController(this.#surroundings("service-controller")),
      new NodeIpamController(this.#surroundings("node-ipam-controller")),
      new NodeLifecycleController(this.#surroundings("node-lifecycle-controller")),
      new GarbageCollector(this.#surroundings("garbage-collector")),
      new NamespaceController(this.#surroundings("namespace-controller")),
      new Compactor(this.#surroundings("compactor"), parts.store),
      this.proxies,
    ]) {
      this.#components.set(component.name, component);
    }
    api.cache.subscribe((event) => {
      for (const component of this.#components.values()) {
        for (const key of component.keysOf(event)) this.#notify(component.name, key, event.entry);
      }
    });
  }

  static async open(parts: ClusterParts): Promise<Cluster> {
    const { start, store, settings } = parts;
    const random = createRandom("seed" in start ? start.seed : start.random);
    const journal = new Journal(JOURNAL_LIMIT, "seed" in start ? [] : start.journal);
    const clock = { time: start.now };
    const api = await ApiServer.open({
      store,
      settings,
      random,
      journal,
      clock: { now: () => clock.time },
    });
    return new Cluster(parts, api, { random, journal, clock });
  }

  state(): ClusterState {
    return {
      now: this.now,
      startedAt: this.startedAt,
      random: this.random.state(),
      work: this.#queue.list(),
      machines: this.machines.snapshot(),
      journal: this.journal.entries,
      proxies: this.proxies.state(),
    };
  }

  /** Milliseconds since 1970 of simulated time. */
  get now(): number {
    return this.#clock.time;
  }

  /** Whether anything is left to do but what goes on for ever. */
  get isAtRest(): boolean {
    return this.#queue.busy === 0;
  }

  /** When the next piece of work is due; `undefined` when there is none at all. */
  get nextDue(): number | undefined {
    return this.#queue.peek()?.due;
  }

  /** Is called after every piece of work, at its time. */
  observe(observer: () => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Asks a component to look at a key now, as something from outside has touched it. */
  poke(component: string, key: string, because: number | undefined): void {
    this.#queue.add({ component, key, due: this.now, because, idle: false });
  }

  /** Lets simulated time pass, doing all work in the order in which it falls due. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    while (await this.#step(until));
    this.#clock.time = until;
    for (const observer of this.#observers) observer();
  }

  /**
   * Lets time pass until the cluster is at rest, `limit` milliseconds at most. Whether it came to
   * rest is the answer.
   */
  async settle(limit: number): Promise<boolean> {
    const until = this.now + limit;
    while (!this.isAtRest && (await this.#step(until)));
    return this.isAtRest;
  }

  /** Lets time pass until something holds, `limit` milliseconds at most; whether it does. */
  async runUntil(holds: () => boolean, limit: number): Promise<boolean> {
    const until = this.now + limit;
    while (!holds()) if (!(await this.#step(until))) break;
    if (!holds()) this.#clock.time = until;
    return holds();
  }

  async #step(until: number): Promise<boolean> {
    const next = this.#queue.peek();
    if (next === undefined || next.due > until) return false;
    this.#queue.take();
    this.#clock.time = Math.max(this.now, next.due);
    await this.#components.get(next.component)?.reconcile(next.key, next.because);
    for (const observer of this.#observers) observer();
    return true;
  }

  /** A watcher hears of a change a little later than it happens. */
  #notify(component: string, key: string, because: number | undefined): void {
    const { min, max } = this.settings.timing.watchDelay;
    const due = this.now + min + this.random.below(max - min + 1);
    this.#queue.add({ component, key, due, because, idle: false });
  }

  #surroundings(component: string): Surroundings {
    return {
      api: this.api,
      random: this.random,
      settings: this.settings,
      clock: { now: () => this.now },
      wake: (key, at, { because, idle = false } = {}) => {
        this.#queue.add({ component, key, due: Math.max(at, this.now), because, idle });
      },
    };
  }
}
