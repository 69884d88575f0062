import { mixKey } from "./mix-key.js";

/** Head, interface, mark and kind of source, and the number plus one; 0: free. */
const SLOT = 5;
/** Traits share a number with a port. */
const MOST_TRAITS = 1 << 15;

/** Numbers for what packets have in common that are alike: a hash table with linear probing. */
export class Traits {
  #slots = new Int32Array(16 * SLOT);
  #count = 0;

  /**
   * The number of such traits; -1: there are too many. `head`: protocol, flags and whether the time to
   * live is up.
   */
  numberOf(head: number, cameBy: number, mark: number, sourceKind: number): number {
    const slots = this.#slots;
    const last = slots.length / SLOT - 1;
    let slot = hashOf(head, cameBy, mark, sourceKind) & last;
    for (;;) {
      const place = slot * SLOT;
      const number = (slots[place + 4] ?? 0) - 1;
      if (number < 0) break;
      if (
        slots[place] === head &&
        slots[place + 1] === cameBy &&
        slots[place + 2] === mark &&
        slots[place + 3] === sourceKind
      ) {
        return number;
      }
      slot = (slot + 1) & last;
    }
    return this.#add(slot * SLOT, [head, cameBy, mark, sourceKind]);
  }

  #add(place: number, traits: readonly number[]): number {
    if (this.#count === MOST_TRAITS) return -1;
    this.#slots.set([...traits, this.#count + 1], place);
    if (++this.#count * 2 * SLOT > this.#slots.length) this.#spread();
    return this.#count - 1;
  }

  #spread(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const last = slots.length / SLOT - 1;
    for (let at = 0; at < old.length; at += SLOT) {
      const entry = old.subarray(at, at + SLOT);
      const [head = 0, cameBy = 0, mark = 0, sourceKind = 0, number = 0] = entry;
      if (number === 0) continue;
      let slot = hashOf(head, cameBy, mark, sourceKind) & last;
      while (slots[slot * SLOT + 4] !== 0) slot = (slot + 1) & last;
      slots.set(entry, slot * SLOT);
    }
    this.#slots = slots;
  }
}

function hashOf(head: number, cameBy: number, mark: number, sourceKind: number): number {
  return mixKey(head ^ Math.imul(cameBy, 0xc2b2ae35), mark ^ Math.imul(sourceKind, 0x27d4eb2f));
}
