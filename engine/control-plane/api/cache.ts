import { controllerOf, keyOfObject, type AnyObject, type Kinds, type Plural } from "../objects.js";
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

type Rows = Map<string, AnyObject>;

/** By what objects are looked up. Values are unique over all kinds that share an index. */
const INDEXES: Readonly<Record<string, (plural: Plural, object: AnyObject) => readonly string[]>> =
  {
    /** Everything in one namespace: `pods/default`. */
    namespace: (plural, object) => [`${plural}/${object.metadata.namespace}`],
    /** Everything that a controller made: `pods/UID`. */
    controller: (plural, object) => {
      const owner = controllerOf(object);
      return owner === undefined ? [] : [`${plural}/${owner.uid}`];
    },
    /** Everything that no controller made: `pods/default`. */
    orphan: (plural, object) =>
      controllerOf(object) === undefined ? [`${plural}/${object.metadata.namespace}`] : [],
    /** Everything that names an owner, of whatever kind: `UID`. */
    owner: (_plural, object) => (object.metadata.ownerReferences ?? []).map((owner) => owner.uid),
    /** Pods by node, and everything by single label: `pods/default/app=web`. */
    label: (plural, object) =>
      Object.entries(object.metadata.labels ?? {}).map(([key, value]) =>
        labelKey(plural, object.metadata.namespace, key, value),
      ),
    node: (plural, object) => {
      const name = plural === "pods" ? nodeNameOf(object) : undefined;
      return name === undefined ? [] : [name];
    },
    /** Services by one pair of their selector, the first by name: enough to narrow a search. */
    selector: (plural, object) => {
      const pair = plural === "services" ? firstPair(object) : undefined;
      return pair === undefined ? [] : [`${object.metadata.namespace}/${pair}`];
    },
  };

const ALL_INDEXES = Object.entries(INDEXES);

export function labelKey(plural: Plural, namespace: string, key: string, value: string): string {
  return `${plural}/${namespace}/${key}=${value}`;
}

function nodeNameOf(object: AnyObject): string | undefined {
  return "spec" in object && object.spec !== undefined && "nodeName" in object.spec
    ? object.spec.nodeName
    : undefined;
}

function firstPair(object: AnyObject): string | undefined {
  if (!("spec" in object) || object.spec === undefined || !("selector" in object.spec)) return;
  const selector = object.spec.selector ?? {};
  const key = Object.keys(selector).sort()[0];
  const value =
    key === undefined ? undefined : Object.entries(selector).find(([name]) => name === key)?.[1];
  return key === undefined || typeof value !== "string" ? undefined : `${key}=${value}`;
}

/**
 * What the API server knows of the store's present state: the lists that its clients' informers
 * hold. Reading it is free; it is brought up to date by the store's watch alone.
 */
export class WatchCache {
  readonly #kinds = new Map<Plural, Rows>();
  readonly #indexes = new Map<string, Map<string, Rows>>();
  readonly #listeners = new Set<(event: ApiEvent) => void>();
  #revision = 0;

  constructor() {
    for (const name of Object.keys(INDEXES)) this.#indexes.set(name, new Map());
  }

  /** The revision of the newest change that it has seen. */
  get revision(): number {
    return this.#revision;
  }

  reached(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  get<P extends Plural>(plural: P, namespace: string, name: string): Kinds[P] | undefined {
    const key = namespace === "" ? name : `${namespace}/${name}`;
    return narrow(plural, this.#rows(plural).get(key));
  }

  /** In the order of keys. Without a namespace, of all namespaces. */
  list<P extends Plural>(plural: P, namespace?: string): readonly Kinds[P][] {
    const rows =
      namespace === undefined
        ? this.#rows(plural)
        : this.#indexes.get("namespace")?.get(`${plural}/${namespace}`);
    return sorted(plural, rows);
  }

  count(plural: Plural): number {
    return this.#rows(plural).size;
  }

  controlledBy<P extends Plural>(plural: P, uid: string): readonly Kinds[P][] {
    return sorted(plural, this.#indexes.get("controller")?.get(`${plural}/${uid}`));
  }

  /** Those of a namespace that no controller made. */
  orphans<P extends Plural>(plural: P, namespace: string): readonly Kinds[P][] {
    return sorted(plural, this.#indexes.get("orphan")?.get(`${plural}/${namespace}`));
  }

  withLabel<P extends Plural>(
    plural: P,
    namespace: string,
    key: string,
    value: string,
  ): readonly Kinds[P][] {
    const rows = this.#indexes.get("label")?.get(labelKey(plural, namespace, key, value));
    return sorted(plural, rows);
  }

  podsOnNode(name: string): readonly Kinds["pods"][] {
    return sorted("pods", this.#indexes.get("node")?.get(name));
  }

  /** Services that may select a Pod with this label. */
  servicesSelecting(namespace: string, key: string, value: string): readonly Kinds["services"][] {
    const rows = this.#indexes.get("selector")?.get(`${namespace}/${key}=${value}`);
    return sorted("services", rows);
  }

  ownedBy(uid: string): readonly AnyObject[] {
    const rows = [...(this.#indexes.get("owner")?.get(uid) ?? [])];
    return rows.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, object]) => object);
  }

  subscribe(listener: (event: ApiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(event: ApiEvent): void {
    const { plural, object, before } = event;
    const key = keyOfObject(object);
    const after = event.type === "DELETED" ? undefined : object;
    if (after === undefined) this.#rows(plural).delete(key);
    else this.#rows(plural).set(key, after);
    this.#reindex(plural, `${plural}/${key}`, before, after);
    this.reached(event.revision);
    for (const listener of this.#listeners) listener(event);
  }

  #rows(plural: Plural): Rows {
    const known = this.#kinds.get(plural);
    if (known !== undefined) return known;
    const rows: Rows = new Map();
    this.#kinds.set(plural, rows);
    return rows;
  }

  #reindex(
    plural: Plural,
    row: string,
    before: AnyObject | undefined,
    after: AnyObject | undefined,
  ): void {
    for (const [name, valuesOf] of ALL_INDEXES) {
      const index = this.#indexes.get(name);
      if (index === undefined) continue;
      const old = before === undefined ? [] : valuesOf(plural, before);
      const now = after === undefined ? [] : valuesOf(plural, after);
      for (const value of old) if (!now.includes(value)) forget(index, value, row);
      if (after === undefined) continue;
      for (const value of now) {
        const rows = index.get(value);
        if (rows === undefined) index.set(value, new Map([[row, after]]));
        else rows.set(row, after);
      }
    }
  }
}

function forget(index: Map<string, Rows>, value: string, row: string): void {
  const rows = index.get(value);
  rows?.delete(row);
  if (rows?.size === 0) index.delete(value);
}

function narrow<P extends Plural>(plural: P, object: AnyObject | undefined): Kinds[P] | undefined {
  return isKind(plural, object) ? object : undefined;
}

function sorted<P extends Plural>(plural: P, rows: Rows | undefined): readonly Kinds[P][] {
  if (rows === undefined) return [];
  const list: Kinds[P][] = [];
  for (const key of [...rows.keys()].sort()) {
    const object = rows.get(key);
    if (isKind(plural, object)) list.push(object);
  }
  return list;
}
