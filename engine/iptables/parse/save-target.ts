import type { Family } from "../../net/ip.js";
import { MAX_CHAIN_NAME, type Target } from "../types.js";
import type { ClauseReader } from "./clauses.js";
import { isIptablesTarget, LONGEST_TARGET } from "./foreign-names.js";
import { PlainHeads } from "./plain-heads.js";
import type { SaveText } from "./save-text.js";
import { noSpan, setSpan, type Span } from "./span.js";
import { SpanMemory } from "./span-memory.js";

/** The target of one line: whether it is sound, and where it stands; it is made later. */
export class SaveTarget {
  /** The chain that the rule jumps to, or with `isGoto` goes to. */
  readonly jump: Span = noSpan();
  isGoto = false;
  /** One that was read before. */
  known: Target | undefined;
  /** The words of one that is sound and has not been read. */
  readonly words = { from: -1, last: -1, to: -1 };
  /** The names of all targets so far, jumps aside. */
  readonly names = new Set<string>();
  readonly #source: SaveText;
  readonly #clauses: ClauseReader;
  readonly #family: Family;
  readonly #targets: SpanMemory<Target>;
  readonly #heads: PlainHeads;

  constructor(source: SaveText, clauses: ClauseReader, family: Family) {
    this.#source = source;
    this.#clauses = clauses;
    this.#family = family;
    this.#targets = new SpanMemory(source.codes);
    this.#heads = new PlainHeads(source, family);
  }

  begin(): void {
    this.jump.from = -1;
    this.known = undefined;
    this.words.from = -1;
  }

  /** That of the line, which is read to its end, behind a `-p` of this protocol. */
  make(protocol: number | undefined): Target | undefined {
    const { jump, words, isGoto, known } = this;
    if (known !== undefined) return known;
    const { text } = this.#source;
    if (jump.from >= 0) {
      return { name: isGoto ? "goto" : "jump", chain: text.slice(jump.from, jump.to) };
    }
    if (words.from < 0) return undefined;
    return (
      this.#heads.make(words, protocol ?? -1) ??
      this.#clauses.target(text.slice(words.from, words.to), protocol)
    );
  }

  /** All words up to the line's end are the target's. */
  readJump(from: number, end: number, protocol: number | undefined): number {
    const source = this.#source;
    const to = source.plainWordEnd(from, end);
    if (to < 0) return -1;
    if (to === end && end - from > LONGEST_TARGET) return this.#jumpTo(false, from, end) ? end : -1;
    const context = protocol ?? -1;
    if (to < end && this.#isPlainTarget(from, end, context)) return end;
    if (source.lastEnd(from, end) < 0) return -1;
    const known = this.#targets.recall(source.hash, from, end, context);
    const target = known === undefined ? this.#newTarget(from, end, protocol) : known;
    if (target === undefined || target === null) return -1;
    this.known = target;
    if (target.name === "jump") setSpan(this.jump, from, end);
    return end;
  }

  #isPlainTarget(from: number, end: number, context: number): boolean {
    const { words } = this;
    const source = this.#source;
    words.last = source.lastWord(from, end);
    if (source.plainWordEnd(words.last, end) < 0) return false;
    words.from = from;
    words.to = end;
    if (this.#heads.take(words, context)) return true;
    words.from = -1;
    return false;
  }

  #newTarget(from: number, end: number, protocol: number | undefined): Target | undefined {
    const source = this.#source;
    const { hash } = source;
    const words = source.text.slice(from, end);
    const isJump = !words.includes(" ") && !isIptablesTarget(words, this.#family);
    const target = isJump ? jumpTarget(words) : this.#clauses.target(words, protocol);
    this.#targets.keep(hash, from, end, protocol ?? -1, target ?? null);
    if (target === undefined || isJump) return target;
    this.names.add(target.name);
    const last = source.lastWord(from, end);
    if (last > from && source.plainWordEnd(last, end) === end) {
      this.#heads.learn({ from, last, to: end }, protocol ?? -1);
    }
    return target;
  }

  readGoto(from: number, end: number): number {
    const to = this.#source.plainWordEnd(from, end);
    return to === end && this.#jumpTo(true, from, to) ? to : -1;
  }

  #jumpTo(isGoto: boolean, from: number, to: number): boolean {
    if (to - from > MAX_CHAIN_NAME) return false;
    setSpan(this.jump, from, to);
    this.isGoto = isGoto;
    return true;
  }
}

function jumpTarget(chain: string): Target | undefined {
  return chain.length > MAX_CHAIN_NAME ? undefined : { name: "jump", chain };
}
