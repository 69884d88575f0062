import { keyOfObject, objectKey, type AnyObject, type Kinds, type Plural } from "../objects.js";
import { Table, pairKey, type IndexName } from "./table.js";
import { isKind } from "./typed.js";

/** One change of one object, as a watcher is told of it. */
export interface ApiEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly plural: Plural;
  /** For a deletion: its last state, at the revision of the deletion. */
  readonly object: AnyObject;
  readonly before: AnyObject | undefined;
  readonly revision: number;
  /** The journal's entry of the write. */
  readonly entry: number | undefined;
}

type Tables = { readonly [P in Plural]: Table<Kinds[P]> };

/** What every kind is looked up by. */
const COMMON: readonly IndexName[] = ["namespace", "controller", "orphan", "owner"];

function tableOf<P extends Plural>(plural: P, more: readonly IndexName[] = []): Table<Kinds[P]> {
  const isRow = (object: AnyObject): object is Kinds[P] => isKind(plural, object);
  return new Table([...COMMON, ...more], isRow);
}

function makeTables(): Tables {
  return {
    configmaps: tableOf("configmaps"),
    deployments: tableOf("deployments"),
    endpointslices: tableOf("endpointslices", ["label"]),
    leases: tableOf("leases"),
    namespaces: tableOf("namespaces"),
    nodes: tableOf("nodes"),
    pods: tableOf("pods", ["label", "node"]),
    replicasets: tableOf("replicasets"),
    secrets: tableOf("secrets"),
    serviceaccounts: tableOf("serviceaccounts"),
    services: tableOf("services", ["selector"]),
  };
}

/**
 * What the API server knows of the store's present state: the lists that its clients' informers
 * hold. Reading it is free; it is brought up to date by the store's watch alone.
 */
export class WatchCache {
  readonly #tables = makeTables();
  readonly #listeners = new Set<(event: ApiEvent) => void>();
  #revision = 0;

  /** The revision of the newest change that it has seen. */
  get revision(): number {
    return this.#revision;
  }

  reached(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  get<P extends Plural>(plural: P, namespace: string, name: string): Kinds[P] | undefined {
    return this.#tables[plural].get(objectKey(namespace, name));
  }

  /** In the order of keys. Without a namespace, of all namespaces. */
  list<P extends Plural>(plural: P, namespace?: string): readonly Kinds[P][] {
    const table = this.#tables[plural];
    return namespace === undefined ? table.all() : table.where("namespace", namespace);
  }

  count(plural: Plural): number {
    return this.#tables[plural].size;
  }

  controlledBy<P extends Plural>(plural: P, uid: string): readonly Kinds[P][] {
    return this.#tables[plural].where("controller", uid);
  }

  /** Those of a namespace that no controller made. */
  orphans<P extends Plural>(plural: P, namespace: string): readonly Kinds[P][] {
    return this.#tables[plural].where("orphan", namespace);
  }

  withLabel<P extends "pods" | "endpointslices">(
    plural: P,
    namespace: string,
    key: string,
    value: string,
  ): readonly Kinds[P][] {
    return this.#tables[plural].where("label", pairKey(namespace, key, value));
  }

  podsOnNode(name: string): readonly Kinds["pods"][] {
    return this.#tables.pods.where("node", name);
  }

  /** Services that may select a Pod with this label. */
  servicesSelecting(namespace: string, key: string, value: string): readonly Kinds["services"][] {
    return this.#tables.services.where("selector", pairKey(namespace, key, value));
  }

  /** Everything that names an owner, of whatever kind. */
  ownedBy(uid: string): readonly AnyObject[] {
    return Object.values(this.#tables).flatMap((table): readonly AnyObject[] =>
      table.where("owner", uid),
    );
  }

  subscribe(listener: (event: ApiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(event: ApiEvent): void {
    const table = this.#tables[event.plural];
    if (event.type === "DELETED") table.delete(keyOfObject(event.object));
    else table.put(event.object);
    this.reached(event.revision);
    for (const listener of this.#listeners) listener(event);
  }
}
