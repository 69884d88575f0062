import type { Family } from "../../net/ip.js";
import { isRefusal } from "../extensions/define.js";
import type { Target } from "../types.js";
import { isTarget, knownTarget, type KnownExtension, type KnownFlag } from "./registry.js";
import { DASH, NOT, type SaveText } from "./save-text.js";
import { SpanMemory } from "./span-memory.js";

/** What may stand behind a head, all of which has been taken before. */
interface Tail {
  readonly flag: KnownFlag;
  /** Of the head's target, where the flag is its only option. */
  readonly alone: KnownExtension | undefined;
  /** A bit for each kind of value that was taken there. */
  kinds: number;
}

/** A target whose words are `NAME OPTIONS VALUE`: where they begin, where its value does, and its end. */
export interface PlainWords {
  readonly from: number;
  readonly last: number;
  readonly to: number;
}

/**
 * The words of targets before their last one, as in `DNAT --to-destination`, each with the kinds of
 * plain values that have been taken behind it. A cluster has as many such targets as endpoints, each
 * with another address; to know that one is sound nothing of it need be made.
 */
export class PlainHeads {
  readonly #source: SaveText;
  readonly #family: Family;
  readonly #tails: SpanMemory<Tail>;

  constructor(source: SaveText, family: Family) {
    this.#source = source;
    this.#family = family;
    this.#tails = new SpanMemory(source.codes);
  }

  /** Whether a target is taken for certain behind a `-p` of this protocol (-1: none). */
  take({ from, last, to }: PlainWords, protocol: number): boolean {
    const tail = this.#tailOf(from, last, protocol);
    if (tail === undefined) return false;
    const kind = this.#kindOf(tail.flag, last, to);
    return kind > 0 && ((tail.kinds >> kind) & 1) === 1;
  }

  /** To be told of a target that was read and taken. */
  learn({ from, last, to }: PlainWords, protocol: number): void {
    const tail = this.#tailOf(from, last, protocol) ?? this.#newTail(from, last);
    const kind = tail === undefined ? 0 : this.#kindOf(tail.flag, last, to);
    if (tail === undefined || kind === 0) return;
    tail.kinds |= 1 << kind;
    this.#tails.keep(this.#source.hashOf(from, last), from, last, protocol, tail);
  }

  /** The data of a target that would be taken, where its head is known and has but one option. */
  make({ from, last, to }: PlainWords, protocol: number): Target | undefined {
    const tail = this.#tailOf(from, last, protocol);
    if (tail?.alone === undefined) return undefined;
    const { flag, alone } = tail;
    const reading = { family: this.#family, protocol: protocol < 0 ? undefined : protocol };
    const value = flag.codec.read([this.#source.text.slice(last, to)], reading);
    if (isRefusal(value)) return undefined;
    const data = { name: alone.table.name, [flag.key]: value };
    return isTarget(data) ? data : undefined;
  }

  #tailOf(from: number, last: number, protocol: number): Tail | undefined {
    const hash = this.#source.hashOf(from, last);
    return this.#tails.recall(hash, from, last, protocol) ?? undefined;
  }

  /** 0 for what could be an option or its `!` as well. */
  #kindOf({ codec }: KnownFlag, last: number, to: number): number {
    const { text, codes } = this.#source;
    if (codes[last] === DASH || codes[last] === NOT) return 0;
    return codec.plainKind?.(text, last, to, this.#family) ?? 0;
  }

  /** By the option right before the last word, where that is all of its value. */
  #newTail(from: number, last: number): Tail | undefined {
    const words = this.#source.text.slice(from, last - 1).split(" ");
    const [name = ""] = words;
    const extension = knownTarget(name, this.#family);
    const flag = extension?.flags.get(words.at(-1) ?? "");
    if (flag?.codec.plainKind === undefined || flag.codec.words !== 1) return undefined;
    const isAlone = words.length === 2 && !flag.option.negatable;
    return { flag, alone: isAlone ? extension : undefined, kinds: 0 };
  }
}
