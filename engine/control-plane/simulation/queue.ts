/** Something that a component is to look at, and when. */
export interface Work {
  readonly component: string;
  readonly key: string;
  /** Milliseconds since 1970 of simulated time. */
  readonly due: number;
  /** Orders work that is due at one instant: first put in, first done. */
  readonly order: number;
  /** The journal's entry that led to it. */
  readonly because: number | undefined;
  /** Goes on for ever by itself, like heartbeats; a cluster with nothing else to do is at rest. */
  readonly idle: boolean;
}

/**
 * Work by time. A key of a component is in it once at most: a second wish to look at it only
 * counts when it is for an earlier time.
 */
export class WorkQueue {
  /** A binary heap by `due`, then `order`; it may hold work that was replaced since. */
  readonly #heap: Named[] = [];
  readonly #current = new Map<string, Named>();
  #order = 0;
  #busy = 0;

  add(work: Omit<Work, "order">): void {
    const name = nameOf(work);
    const present = this.#current.get(name);
    if (present !== undefined && present.due <= work.due) return;
    if (present?.idle === false) this.#busy--;
    if (!work.idle) this.#busy++;
    const { component, key, due, because, idle } = work;
    const added: Named = { component, key, due, because, idle, order: this.#order++, name };
    this.#current.set(name, added);
    this.#push(added);
  }

  peek(): Work | undefined {
    return this.#first();
  }

  #first(): Named | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#current.get(first.name) === first) return first;
      this.#dropFirst();
    }
  }

  take(): Work | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    this.#dropFirst();
    this.#current.delete(first.name);
    if (!first.idle) this.#busy--;
    return first;
  }

  /** How much work there is that does not go on for ever. */
  get busy(): number {
    return this.#busy;
  }

  get isEmpty(): boolean {
    return this.#current.size === 0;
  }

  /** All of it, in the order in which it will be done. */
  list(): readonly Work[] {
    return [...this.#current.values()].sort(compare).map(({ name: _name, ...work }) => work);
  }

  #push(work: Named): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(work);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || compare(above, work) <= 0) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = work;
  }

  #dropFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const useRight = right !== undefined && compare(right, left) < 0;
      const child = useRight ? right : left;
      if (compare(last, child) <= 0) break;
      heap[at] = child;
      at = 2 * at + (useRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

/** Work under the name that tells it from all other work. */
interface Named extends Work {
  readonly name: string;
}

function nameOf(work: Pick<Work, "component" | "key">): string {
  return `${work.component}\0${work.key}`;
}

function compare(left: Work, right: Work): number {
  return left.due - right.due || left.order - right.order;
}
