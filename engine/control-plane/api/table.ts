import { controllerOf, keyOfObject, type AnyObject } from "../objects.js";

/** By what objects of one kind are looked up. */
interface Rule {
  /** What alone decides the values: while it is the same thing, they are the same. */
  readonly from: (object: AnyObject) => unknown;
  readonly valuesOf: (object: AnyObject) => readonly string[];
}

const RULES = {
  namespace: {
    from: ({ metadata }) => metadata.namespace,
    valuesOf: ({ metadata }) => [metadata.namespace],
  },
  /** UID of the owner that manages the object. */
  controller: {
    from: ({ metadata }) => metadata.ownerReferences,
    valuesOf: (object) => {
      const owner = controllerOf(object);
      return owner === undefined ? [] : [owner.uid];
    },
  },
  /** Namespace of what no owner manages. */
  orphan: {
    from: ({ metadata }) => metadata.ownerReferences,
    valuesOf: (object) => (controllerOf(object) === undefined ? [object.metadata.namespace] : []),
  },
  /** UID of any owner. */
  owner: {
    from: ({ metadata }) => metadata.ownerReferences,
    valuesOf: ({ metadata }) => (metadata.ownerReferences ?? []).map((owner) => owner.uid),
  },
  /** Every single label: `default/app=web`. */
  label: {
    from: ({ metadata }) => metadata.labels,
    valuesOf: ({ metadata }) =>
      Object.entries(metadata.labels ?? {}).map(([key, value]) =>
        pairKey(metadata.namespace, key, value),
      ),
  },
  /** Node of a Pod. */
  node: {
    from: nodeNameOf,
    valuesOf: (object) => {
      const name = nodeNameOf(object);
      return name === undefined ? [] : [name];
    },
  },
  /** One pair of a Service's selector, the first by name: enough to narrow a search. */
  selector: { from: selectorOf, valuesOf: firstPairOf },
} as const satisfies Readonly<Record<string, Rule>>;

export type IndexName = keyof typeof RULES;

/** `default/app=web`. */
export function pairKey(namespace: string, key: string, value: string): string {
  return `${namespace}/${key}=${value}`;
}

function nodeNameOf(object: AnyObject): string | undefined {
  return "spec" in object && object.spec !== undefined && "nodeName" in object.spec
    ? object.spec.nodeName
    : undefined;
}

function selectorOf(object: AnyObject): unknown {
  return "spec" in object && object.spec !== undefined && "selector" in object.spec
    ? object.spec.selector
    : undefined;
}

function firstPairOf(object: AnyObject): readonly string[] {
  if (object.kind !== "Service" || !("spec" in object) || object.spec === undefined) return [];
  if (!("selector" in object.spec)) return [];
  const [first] = Object.entries(object.spec.selector ?? {}).sort(([left], [right]) =>
    left < right ? -1 : 1,
  );
  return first === undefined || typeof first[1] !== "string"
    ? []
    : [pairKey(object.metadata.namespace, first[0], first[1])];
}

/** Keys of a set, sorted when they are asked for and only then. */
class SortedKeys {
  readonly #keys = new Set<string>();
  #sorted: readonly string[] | undefined;

  add(key: string): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#sorted = undefined;
  }

  delete(key: string): void {
    if (this.#keys.delete(key)) this.#sorted = undefined;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  get sorted(): readonly string[] {
    this.#sorted ??= [...this.#keys].sort();
    return this.#sorted;
  }
}

/** The objects of one kind, by key and by what they are looked up by. */
export class Table<T extends AnyObject> {
  readonly #rows = new Map<string, T>();
  readonly #keys = new SortedKeys();
  readonly #indexes: readonly Index[];
  /** All of them, in the order of keys, until one changes. */
  #all: readonly T[] | undefined;

  readonly #isRow: (object: AnyObject) => object is T;

  constructor(names: readonly IndexName[], isRow: (object: AnyObject) => object is T) {
    this.#isRow = isRow;
    this.#indexes = names.map((name) => ({ name, rule: RULES[name], groups: new Map() }));
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  all(): readonly T[] {
    this.#all ??= this.#pick(this.#keys.sorted);
    return this.#all;
  }

  /** In the order of keys. */
  where(name: IndexName, value: string): readonly T[] {
    const groups = this.#indexes.find((index) => index.name === name)?.groups;
    return this.#pick(groups?.get(value)?.sorted ?? []);
  }

  /** Objects of other kinds are not taken. */
  put(object: AnyObject): void {
    if (!this.#isRow(object)) return;
    const key = keyOfObject(object);
    const before = this.#rows.get(key);
    this.#rows.set(key, object);
    this.#keys.add(key);
    this.#all = undefined;
    for (const { rule, groups } of this.#indexes) {
      if (before !== undefined && rule.from(before) === rule.from(object)) continue;
      for (const value of before === undefined ? [] : rule.valuesOf(before)) {
        forget(groups, value, key);
      }
      for (const value of rule.valuesOf(object)) remember(groups, value, key);
    }
  }

  delete(key: string): void {
    const before = this.#rows.get(key);
    if (before === undefined) return;
    this.#rows.delete(key);
    this.#keys.delete(key);
    this.#all = undefined;
    for (const { rule, groups } of this.#indexes) {
      for (const value of rule.valuesOf(before)) forget(groups, value, key);
    }
  }

  #pick(keys: readonly string[]): readonly T[] {
    const found: T[] = [];
    for (const key of keys) {
      const object = this.#rows.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }
}

interface Index {
  readonly name: IndexName;
  readonly rule: Rule;
  readonly groups: Map<string, SortedKeys>;
}

function remember(groups: Map<string, SortedKeys>, value: string, key: string): void {
  const known = groups.get(value);
  if (known !== undefined) {
    known.add(key);
    return;
  }
  const added = new SortedKeys();
  added.add(key);
  groups.set(value, added);
}

function forget(groups: Map<string, SortedKeys>, value: string, key: string): void {
  const keys = groups.get(value);
  keys?.delete(key);
  if (keys?.isEmpty === true) groups.delete(value);
}
