import type { Family } from "../../net/ip.js";
import { protocolName } from "../../net/protocol.js";
import { LONG_OPTIONS, SHORT_OPTIONS, type BaseOption, type Takes } from "./base-options.js";
import { isCommandOption, readCommand } from "./commands.js";
import { emptyDraft, type ExtensionDraft, type RuleDraft } from "./draft.js";
import type { FaultLog, SourceLine } from "./fault-log.js";
import { isIptablesMatch, isIptablesTarget } from "./foreign-names.js";
import { readHeaderOption } from "./header-options.js";
import type { Opaque, Reading } from "../extensions/define.js";
import { readExtensionOption } from "./extension-options.js";
import { loadedExtensions, resolveLong } from "./options.js";
import { knownMatch, knownTarget } from "./registry.js";
import { splitWords, MAX_WORD_BYTES, type Word } from "../words.js";
import { byteLength } from "../bytes.js";

/** `iptables-restore` takes no more words in a line (`xshared.h: MAX_ARGC`, less its own). */
const MAX_WORDS = 251;

/**
 * Reads one line of restore input word by word, as `xshared.c: do_parse` does. Whatever cannot be
 * taken is a fault and stays in the draft as words.
 */
export class RuleReader {
  readonly family: Family;
  readonly line: SourceLine;
  readonly log: FaultLog;
  readonly draft: RuleDraft = emptyDraft();
  readonly #words: readonly Word[];
  #at = 0;
  #not: Word | undefined;
  #orders = 0;

  constructor(line: SourceLine, text: string, from: number, family: Family, log: FaultLog) {
    this.family = family;
    this.line = line;
    this.log = log;
    const { words, openQuote } = splitWords(text, from);
    this.#words = words;
    if (openQuote !== undefined) {
      this.warn("open-quote", 'a " is opened and never closed', openQuote, line.text.length);
    }
    this.#checkSizes();
  }

  #checkSizes(): void {
    if (this.#words.length > MAX_WORDS) {
      this.error("line-too-long", `the rule has more than ${MAX_WORDS} words`);
    }
    for (const word of this.#words) {
      if (word.text.length * 3 > MAX_WORD_BYTES && byteLength(word.text) > MAX_WORD_BYTES) {
        this.errorAt("word-too-long", `a word may have ${MAX_WORD_BYTES} bytes at most`, word);
      }
    }
  }

  read(): RuleDraft {
    for (let word = this.next(); word !== undefined; word = this.next()) {
      if (word.text === "!") {
        this.#negate(word);
        continue;
      }
      if (word.text === "--") {
        this.#afterEnd();
        break;
      }
      if (word.text.startsWith("--")) this.#long(word);
      else if (word.text.startsWith("-") && word.text.length > 1) this.#short(word);
      else this.#bare(word);
      this.#not = undefined;
    }
    if (this.#not !== undefined) {
      this.errorAt("nothing-negated", 'nothing follows the "!"', this.#not);
      this.keepStray([this.#not], "a ! without an option after it");
    }
    return this.draft;
  }

  /** At `-4` or `-6` of the other family the real tool drops the line, whatever else it holds. */
  skipLine(): void {
    this.draft.otherFamily = true;
    this.#at = this.#words.length;
  }

  /** The next word, which is then used up. */
  next(): Word | undefined {
    return this.#words[this.#at++];
  }

  peek(): Word | undefined {
    return this.#words[this.#at];
  }

  /** The next word if it is a plain one: no option, no `!` (`xs_has_arg`). */
  nextPlain(): Word | undefined {
    const word = this.peek();
    return word === undefined || /^[-!]/.test(word.text) ? undefined : this.next();
  }

  /** A `!` in a value's place with the value after it: how it was written before 1.4. */
  isOldNegation(word: Word | undefined): boolean {
    const value = this.peek();
    return word?.text === "!" && value !== undefined && !/^[-!]/.test(value.text);
  }

  get protocol(): number | undefined {
    const protocol = this.draft.protocol;
    return protocol === undefined || protocol.not ? undefined : protocol.value;
  }

  get reading(): Reading {
    const { protocol } = this.draft;
    const excludedProtocol = protocol?.not === true ? protocol.value : undefined;
    return { family: this.family, protocol: this.protocol, excludedProtocol };
  }

  get not(): Word | undefined {
    return this.#not;
  }

  #negate(word: Word): void {
    if (this.#not !== undefined) {
      this.errorAt("repeated-not", 'several "!" follow each other', word);
    }
    this.#not = word;
  }

  #afterEnd(): void {
    const rest = this.#words.slice(this.#at);
    this.#at = this.#words.length;
    if (rest[0] === undefined) return;
    this.errorAt("stray-word", "no words may follow --", rest[0]);
    this.keepStray(rest, "words after --");
  }

  #long(word: Word): void {
    const equals = word.text.indexOf("=");
    const name = equals < 0 ? word.text : word.text.slice(0, equals);
    const attached = equals < 0 ? undefined : word.text.slice(equals + 1);
    const newest = loadedExtensions(this.draft)[0];
    if (newest !== undefined && this.#ownsAnything(newest) && !LONG_OPTIONS.has(name)) {
      this.#keepIn(newest, word);
      return;
    }
    const resolved = resolveLong(name, this.draft);
    switch (resolved.kind) {
      case "base":
        this.#base(resolved.option, resolved.takes, word, attached, attached !== undefined);
        return;
      case "extension":
        readExtensionOption(this, resolved.draft, resolved.flag, word, attached);
        return;
      case "unknown":
        if (this.#loadProtocolMatch()) this.#long(word);
        else this.#unknownOption(word, resolved.candidates);
    }
  }

  /** A cluster of short options; the last may have its value attached. */
  #short(word: Word): void {
    for (let at = 1; at < word.text.length; at++) {
      const spelling = SHORT_OPTIONS.get(word.text.charAt(at));
      if (spelling === undefined || spelling.option === "0") {
        this.#unknownOption(word, []);
        return;
      }
      const rest = word.text.slice(at + 1);
      if (spelling.takes === "nothing") {
        this.#base(spelling.option, spelling.takes, word, undefined, false);
        if (this.draft.otherFamily) return;
        continue;
      }
      this.#base(
        spelling.option,
        spelling.takes,
        word,
        rest === "" ? undefined : rest,
        rest !== "",
      );
      return;
    }
  }

  #base(
    option: BaseOption,
    takes: Takes,
    word: Word,
    attached: string | undefined,
    isAttached: boolean,
  ): void {
    if (isAttached && takes === "nothing") {
      this.#unknownOption(word, []);
      return;
    }
    const value = isAttached ? { ...word, text: attached ?? "" } : undefined;
    if (isCommandOption(option)) {
      readCommand(this, option, takes, word, value);
      return;
    }
    switch (option) {
      case "m":
        this.#match(word, value);
        return;
      case "j":
      case "g":
        this.#target(option, word, isAttached ? word : undefined);
        return;
      default:
        // The real tool reads these values as the whole word, attached or not.
        readHeaderOption(this, option, word, isAttached && option !== "c" ? word : value);
    }
  }

  #match(word: Word, attached: Word | undefined): void {
    const name = attached ?? this.next();
    if (name === undefined) return this.missingValue(word, 1);
    if (this.#not !== undefined) this.cannotNegate(word);
    const known = knownMatch(name.text, this.family);
    if (known === undefined) this.#unknownMatch(name);
    this.draft.matches.push({
      option: "m",
      order: this.#orders++,
      nameWord: name,
      name: name.text,
      known,
      values: {},
      words: attached === undefined ? [word, name] : [word],
      trouble: undefined,
    });
  }

  #unknownMatch(name: Word): void {
    if (isIptablesMatch(name.text, this.family)) {
      this.warnAt(
        "unknown-match",
        `the match ${name.text} is not understood here: it is kept as it is`,
        name,
      );
    } else {
      const message = `iptables 1.8.9 has no match ${name.text} for IPv${this.family}`;
      this.errorAt("unknown-match", message, name);
    }
  }

  #target(option: "j" | "g", word: Word, attached: Word | undefined): void {
    const name = attached ?? this.next();
    if (name === undefined) return this.missingValue(word, 1);
    if (this.#not !== undefined) this.cannotNegate(word);
    if (this.draft.target !== undefined) {
      this.errorAt("option-repeated", "a rule has one -j or -g only", word);
      this.keepStray([word, name], "a second target");
      return;
    }
    this.draft.target = {
      option,
      order: this.#orders++,
      nameWord: name,
      name: name.text,
      known: option === "j" ? knownTarget(name.text, this.family) : undefined,
      values: {},
      words: attached === undefined ? [word, name] : [word],
      trouble: undefined,
    };
  }

  /** `-p tcp --dport 80` means `-p tcp -m tcp --dport 80` (`xshared.c: load_proto`). */
  #loadProtocolMatch(): boolean {
    const protocol = this.draft.protocol?.value;
    if (protocol === undefined) return false;
    const name = protocolName(protocol);
    const known = knownMatch(name, this.family);
    if (known === undefined || known.table.protocol !== protocol) return false;
    if (this.draft.matches.some((match) => match.known === known)) return false;
    this.draft.matches.push({
      option: "m",
      order: this.#orders++,
      nameWord: undefined,
      name: known.table.name,
      known,
      values: {},
      words: [],
      trouble: undefined,
    });
    return true;
  }

  #unknownOption(word: Word, candidates: readonly string[]): void {
    const owner = loadedExtensions(this.draft)[0];
    this.errorAt("unknown-option", unknownMessage(word, candidates, owner), word);
    if (owner === undefined) {
      this.keepStray(this.#withValues(word), `the option ${word.text} is not known here`);
      return;
    }
    owner.trouble ??= `${word.text} is not known`;
    this.#keepIn(owner, word);
  }

  /** A word that is neither an option nor an option's value. */
  #bare(word: Word): void {
    const newest = loadedExtensions(this.draft)[0];
    if (newest !== undefined && this.#ownsAnything(newest)) {
      this.#keepIn(newest, word);
      return;
    }
    this.errorAt("stray-word", `"${word.text}" belongs to no option`, word);
    this.keepStray(
      this.#not === undefined ? [word] : [this.#not, word],
      "a word that belongs to no option",
    );
  }

  /** Gives an option with the plain words after it to an extension that is kept as it is. */
  #keepIn(draft: ExtensionDraft, word: Word): void {
    draft.words.push(...this.#withValues(word));
  }

  /** Every option up to the next extension may belong to one that the tables do not hold. */
  #ownsAnything({ option, known, name }: ExtensionDraft): boolean {
    if (known !== undefined || option === "g") return false;
    return option === "m" || isIptablesTarget(name, this.family);
  }

  #withValues(word: Word): readonly Word[] {
    const words = this.#not === undefined ? [word] : [this.#not, word];
    for (let value = this.nextPlain(); value !== undefined; value = this.nextPlain()) {
      words.push(value);
    }
    return words;
  }

  keepStray(words: readonly Word[], reason: string): void {
    this.draft.strays.push(this.#opaque(words, reason));
  }

  #opaque(words: readonly Word[], reason: string): Opaque {
    const extension = words.find(({ text }) => text !== "!")?.text ?? "!";
    return { name: "opaque", extension, words: this.source(words), reason };
  }

  /** Words as the source spells them. */
  source(words: readonly Word[]): string {
    return words.map(({ start, end }) => this.line.text.slice(start, end)).join(" ");
  }

  missingValue(word: Word, count: number): void {
    const what = count === 1 ? "a value" : `${count} values`;
    this.errorAt("missing-value", `${word.text} needs ${what}`, word);
    this.draft.trailing.push(this.#opaque([word], "an option without its value"));
  }

  cannotNegate(word: Word): void {
    this.errorAt("cannot-negate", `"!" cannot stand before ${word.text}`, this.#not ?? word);
  }

  errorAt(code: string, message: string, word: Word): void {
    this.log.error(code, message, this.line, word.start, word.end);
  }

  warnAt(code: string, message: string, word: Word): void {
    this.log.warn(code, message, this.line, word.start, word.end);
  }

  error(code: string, message: string, start?: number, end?: number): void {
    this.log.error(code, message, this.line, start, end);
  }

  warn(code: string, message: string, start: number, end: number): void {
    this.log.warn(code, message, this.line, start, end);
  }
}

function unknownMessage(
  word: Word,
  candidates: readonly string[],
  owner: ExtensionDraft | undefined,
): string {
  if (candidates.length > 0) {
    return `${word.text} may mean ${candidates.join(" or ")}: write it out`;
  }
  if (owner === undefined) return `there is no option ${word.text}`;
  const kind = owner.option === "m" ? "match" : "target";
  return `there is no option ${word.text}, neither of the ${kind} ${owner.name} nor of the rule`;
}
