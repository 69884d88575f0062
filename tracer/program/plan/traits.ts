import { mixKey } from "./mix-key.js";

/** Kind, interface, mark and class, and the number plus one; 0: free. */
const SLOT = 5;
/** Traits share a number with a port. */
const MOST_TRAITS = 1 << 15;

/** Numbers for what packets have in common that are alike: a hash table with linear probing. */
export class Traits {
  #slots = new Int32Array(16 * SLOT);
  #count = 0;

  /**
   * The number of such traits; -1: there are too many. `kind`: protocol, flags and whether the time to
   * live is up.
   */
  numberOf(kind: number, cameBy: number, mark: number, sourceClass: number): number {
    const slots = this.#slots;
    const last = slots.length / SLOT - 1;
    let slot = hashOf(kind, cameBy, mark, sourceClass) & last;
    for (;;) {
      const place = slot * SLOT;
      const number = (slots[place + 4] ?? 0) - 1;
      if (number < 0) break;
      if (
        slots[place] === kind &&
        slots[place + 1] === cameBy &&
        slots[place + 2] === mark &&
        slots[place + 3] === sourceClass
      ) {
        return number;
      }
      slot = (slot + 1) & last;
    }
    return this.#add(slot * SLOT, [kind, cameBy, mark, sourceClass]);
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
      const [kind = 0, cameBy = 0, mark = 0, sourceClass = 0, number = 0] = entry;
      if (number === 0) continue;
      let slot = hashOf(kind, cameBy, mark, sourceClass) & last;
      while (slots[slot * SLOT + 4] !== 0) slot = (slot + 1) & last;
      slots.set(entry, slot * SLOT);
    }
    this.#slots = slots;
  }
}

function hashOf(kind: number, cameBy: number, mark: number, sourceClass: number): number {
  return mixKey(kind ^ Math.imul(cameBy, 0xc2b2ae35), mark ^ Math.imul(sourceClass, 0x27d4eb2f));
}
