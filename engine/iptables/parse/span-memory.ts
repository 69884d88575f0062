import type { Codes } from "./codes.js";

/** How many meanings a memory holds: few, so that all it looks at stays in the processor's cache. */
const SLOTS = 512;
/** The same for a short text, of which not much can be remembered. */
const FEW_SLOTS = 64;
const SHORT_TEXT = 50_000;

/**
 * What stretches of one text mean, so that equal words are worked out, and kept, once. A stretch is
 * told by its place and by a hash of its letters that the caller has anyway; what is remembered is
 * compared letter by letter before it is believed. A new meaning takes the place of an old one with
 * a like hash, so that words which never come again cost next to nothing.
 */
export class SpanMemory<Meaning> {
  readonly #codes: Codes;
  readonly #slots: number;
  readonly #hashes: Int32Array;
  readonly #starts: Int32Array;
  /** -1 where nothing is remembered. */
  readonly #lengths: Int32Array;
  readonly #contexts: Int32Array;
  readonly #meanings: (Meaning | null)[] = [];

  /** Of a text with these letters. */
  constructor(codes: Codes) {
    const slots = codes.length < SHORT_TEXT ? FEW_SLOTS : SLOTS;
    this.#codes = codes;
    this.#slots = slots;
    this.#hashes = new Int32Array(slots);
    this.#starts = new Int32Array(slots);
    this.#lengths = new Int32Array(slots).fill(-1);
    this.#contexts = new Int32Array(slots);
    for (let slot = 0; slot < slots; slot++) this.#meanings.push(null);
  }

  /**
   * What the letters from `from` to `to` mean in this `context` (a small number on which the
   * meaning depends); `undefined`: not known (any more), `null`: they mean nothing.
   */
  recall(hash: number, from: number, to: number, context: number): Meaning | null | undefined {
    const slot = this.#slotOf(hash);
    if (
      this.#hashes[slot] !== hash ||
      this.#lengths[slot] !== to - from ||
      this.#contexts[slot] !== context ||
      !this.#isSame(this.#starts[slot] ?? 0, from, to)
    ) {
      return undefined;
    }
    return this.#meanings[slot];
  }

  keep(
    hash: number,
    from: number,
    to: number,
    context: number,
    meaning: Meaning | null,
  ): Meaning | null {
    const slot = this.#slotOf(hash);
    this.#hashes[slot] = hash;
    this.#starts[slot] = from;
    this.#lengths[slot] = to - from;
    this.#contexts[slot] = context;
    this.#meanings[slot] = meaning;
    return meaning;
  }

  /** The low bits of a product depend on the low bits of its factors only: the high ones join in. */
  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#slots - 1);
  }

  #isSame(before: number, from: number, to: number): boolean {
    const codes = this.#codes;
    for (let at = from, other = before; at < to; at++, other++) {
      if (codes[at] !== codes[other]) return false;
    }
    return true;
  }
}

/** The hash of no letters. */
export const EMPTY_HASH = 0x811c9dc5 | 0;

/** The hash of some letters and one more (FNV-1a). */
export function withLetter(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}
