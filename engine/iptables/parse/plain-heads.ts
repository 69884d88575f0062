import type { Family } from "../../net/ip.js";
import type { PlainKind } from "../extensions/define.js";
import { knownTarget } from "./registry.js";
import { DASH, NOT, type SaveText } from "./save-text.js";
import { SpanMemory } from "./span-memory.js";

/** What may stand behind a head, all of which has been taken before. */
interface Tail {
  readonly plainKind: PlainKind;
  /** A bit for each kind of value that was taken there. */
  kinds: number;
}

/**
 * The words of targets before their last one, as in `DNAT --to-destination`, each with the kinds of
 * plain values that have been taken behind it. A cluster has as many such targets as endpoints, each
 * with another address; to know that one is sound nothing of it need be made.
 */
export class PlainHeads {
  readonly #text: string;
  readonly #family: Family;
  readonly #tails: SpanMemory<Tail>;

  constructor({ text, codes }: SaveText, family: Family) {
    this.#text = text;
    this.#family = family;
    this.#tails = new SpanMemory(codes);
  }

  /**
   * Whether the target from `from` to `to`, whose last word begins at `last` and whose words before
   * have this `hash`, is taken for certain. `context`: on what else reading it depends.
   */
  take(hash: number, from: number, last: number, to: number, context: number): boolean {
    const tail = this.#tails.recall(hash, from, last, context);
    if (tail === undefined || tail === null) return false;
    const kind = this.#kindOf(tail.plainKind, last, to);
    return kind > 0 && ((tail.kinds >> kind) & 1) === 1;
  }

  /** To be told of a target that was read with the same arguments and taken. */
  learn(hash: number, from: number, last: number, to: number, context: number): void {
    const plainKind = this.#plainKindOf(from, last);
    if (plainKind === undefined) return;
    const kind = this.#kindOf(plainKind, last, to);
    if (kind === 0) return;
    const tail = this.#tails.recall(hash, from, last, context) ?? { plainKind, kinds: 0 };
    tail.kinds |= 1 << kind;
    this.#tails.keep(hash, from, last, context, tail);
  }

  /** 0 for what could be an option or its `!` as well. */
  #kindOf(plainKind: PlainKind, last: number, to: number): number {
    const first = this.#text.charCodeAt(last);
    return first === DASH || first === NOT ? 0 : plainKind(this.#text, last, to, this.#family);
  }

  /** By the option right before the last word, where that is all of its value. */
  #plainKindOf(from: number, last: number): PlainKind | undefined {
    const words = this.#text
      .slice(from, last - 1)
      .split(" ");
    const [name = ""] = words;
    const flag = knownTarget(name, this.#family)?.flags.get(words.at(-1) ?? "");
    return flag?.codec.words === 1 ? flag.codec.plainKind : undefined;
  }
}
