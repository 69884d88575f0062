import { classAt, halvesOf, type AddressClasses } from "../address-classes.js";
import type { Machine } from "../machine.js";

/** A prefix that rules ask an IPv4 source for: `address & mask` is `value`. */
export interface AskedPrefix {
  readonly mask: number;
  readonly value: number;
}

/** What all sources of a kind have in common. */
export interface SourceKind {
  readonly sourceClass: number;
  /** By the number of a prefix: whether it holds them. */
  readonly holds: readonly boolean[];
}

/** So many prefixes are told apart; each may double the plans that a destination needs. */
const MOST_PREFIXES = 8;

/**
 * Kinds of sources that packets are told apart by before their plan is looked up: classes of addresses
 * (`AddressClasses`), and of IPv4 also the first prefixes that rules were seen to ask for, as kube-proxy's
 * rules all ask for the cluster's own. What a kind has in common no plan needs to ask.
 */
export class SourceKinds {
  readonly #classes: AddressClasses;
  readonly prefixes: AskedPrefix[] = [];
  /** The kind of each stretch of addresses, in the place of its class. */
  table: Omit<AddressClasses, "samples">;
  #kinds: SourceKind[];

  constructor({ classes }: Pick<Machine, "classes">) {
    this.#classes = classes;
    this.table = classes;
    this.#kinds = classes.samples.map((_, sourceClass) => ({ sourceClass, holds: [] }));
  }

  /** The kind of the address whose parts stand at `at`. */
  kindAt(numbers: ArrayLike<number>, at: number): number {
    return classAt(this.table, numbers, at);
  }

  kind(number: number): SourceKind {
    return this.#kinds[number] ?? { sourceClass: 0, holds: [] };
  }

  /** Tells sources in a prefix from all others from now on, by new numbers; false: it does not. */
  tellApart(prefix: AskedPrefix): boolean {
    const { words } = this.#classes;
    const isFull = this.prefixes.length === MOST_PREFIXES;
    if (words === 4 || isFull || !isShortPrefix(prefix) || this.#knows(prefix)) return false;
    this.prefixes.push(prefix);
    this.#divide();
    return true;
  }

  #knows({ mask, value }: AskedPrefix): boolean {
    return this.prefixes.some((known) => known.mask === mask && known.value === value);
  }

  #divide(): void {
    const { classes, starts: before } = this.#classes;
    const starts = new Set(before);
    for (const { mask, value } of this.prefixes) {
      starts.add(value >>> 0);
      const last = (value | ~mask) >>> 0;
      if (last !== 0xffffffff) starts.add(last + 1);
    }
    const sorted = Uint32Array.from(starts).sort();
    const numbers = new Map<string, number>();
    this.#kinds = [];
    let stretch = 0;
    const kinds = Int32Array.from(sorted, (start) => {
      while ((before[stretch + 1] ?? Number.POSITIVE_INFINITY) <= start) stretch++;
      const sourceClass = classes[stretch] ?? 0;
      const holds = this.prefixes.map(({ mask, value }) => (start & mask) === value);
      const key = `${sourceClass} ${holds.join(" ")}`;
      const known = numbers.get(key) ?? this.#kinds.push({ sourceClass, holds }) - 1;
      numbers.set(key, known);
      return known;
    });
    this.table = { words: 1, starts: sorted, classes: kinds, ...halvesOf(sorted, kinds) };
  }
}

/** Of 1 to 31 bits, all of them the upper ones. */
function isShortPrefix({ mask, value }: AskedPrefix): boolean {
  const rest = ~mask;
  return mask !== 0 && rest !== 0 && (rest & (rest + 1)) === 0 && (value & rest) === 0;
}
