/**
 * A map whose `set` gives a new map and leaves the old one as it was, so that the branches of a walk
 * share what they have in common. Changes are kept beside the base and copied on write; once they
 * outgrow the square root of the base they are merged into a new one, which keeps n writes below
 * n * sqrt(n) copies.
 */
export class PersistentMap<Key, Value> {
  readonly #base: ReadonlyMap<Key, Value>;
  /** `undefined` marks a key that was deleted. */
  readonly #changes: ReadonlyMap<Key, Value | undefined>;

  private constructor(
    base: ReadonlyMap<Key, Value>,
    changes: ReadonlyMap<Key, Value | undefined> = new Map(),
  ) {
    this.#base = base;
    this.#changes = changes;
  }

  static of<Key, Value>(base: ReadonlyMap<Key, Value>): PersistentMap<Key, Value> {
    return new PersistentMap(base);
  }

  get(key: Key): Value | undefined {
    const changed = this.#changes.get(key);
    if (changed !== undefined || this.#changes.has(key)) return changed;
    return this.#base.get(key);
  }

  set(key: Key, value: Value): PersistentMap<Key, Value> {
    return this.#with(key, value);
  }

  delete(key: Key): PersistentMap<Key, Value> {
    return this.get(key) === undefined ? this : this.#with(key, undefined);
  }

  entries(): readonly (readonly [Key, Value])[] {
    return [...this.#merged()];
  }

  #with(key: Key, value: Value | undefined): PersistentMap<Key, Value> {
    const changes = new Map(this.#changes).set(key, value);
    const grown = new PersistentMap(this.#base, changes);
    if (changes.size <= 16 + Math.sqrt(this.#base.size)) return grown;
    return new PersistentMap(grown.#merged());
  }

  #merged(): ReadonlyMap<Key, Value> {
    const merged = new Map(this.#base);
    for (const [key, value] of this.#changes) {
      if (value === undefined) merged.delete(key);
      else merged.set(key, value);
    }
    return merged;
  }
}
