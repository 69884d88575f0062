/** A row of 32-bit numbers that grows at its end. */
export class Growable {
  #items: Int32Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#items = new Int32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(item: number): void {
    if (this.#length === this.#items.length) this.#grow(this.#length + 1);
    this.#items[this.#length++] = item;
  }

  pushAll(items: ArrayLike<number>): void {
    if (this.#length + items.length > this.#items.length) this.#grow(this.#length + items.length);
    this.#items.set(items, this.#length);
    this.#length += items.length;
  }

  /** Room for so many numbers, each `value`; tells where it begins. */
  reserve(count: number, value: number): number {
    const at = this.#length;
    if (at + count > this.#items.length) this.#grow(at + count);
    this.#items.fill(value, at, at + count);
    this.#length += count;
    return at;
  }

  /** Forgets the numbers from `at` on. */
  dropFrom(at: number): void {
    this.#length = at;
  }

  get(at: number): number {
    return this.#items[at] ?? 0;
  }

  set(at: number, item: number): void {
    this.#items[at] = item;
  }

  /** What was pushed, in an array that may be longer; pushing more may replace it. */
  get items(): Int32Array {
    return this.#items;
  }

  #grow(least: number): void {
    const grown = new Int32Array(Math.max(least, this.#items.length * 2));
    grown.set(this.#items);
    this.#items = grown;
  }
}
