import { isRefusal, type Refusal } from "../extensions/define.js";
import type { Word } from "../words.js";
import type { ExtensionDraft } from "./draft.js";
import type { KnownFlag } from "./registry.js";
import type { RuleReader } from "./rule-reader.js";

/** Reads the value of an option and puts it into the extension's data. */
export function readExtensionOption(
  reader: RuleReader,
  draft: ExtensionDraft,
  flag: KnownFlag,
  word: Word,
  attached: string | undefined,
): void {
  if (reader.not !== undefined) draft.words.push(reader.not);
  draft.words.push(word);
  const values = readValues(reader, draft, flag, word, attached);
  if (values === undefined) return;
  if (values.not && !flag.option.negatable && flag.option.collect === undefined) {
    reader.cannotNegate(word);
    draft.trouble ??= `${word.text} cannot be negated`;
    return;
  }
  const value = flag.codec.read(values.texts, reader.reading);
  const refused: Refused | undefined = isRefusal(value)
    ? value
    : store(draft, flag, value, values.not);
  if (refused === undefined) return;
  const at = values.words.at(-1) ?? word;
  const message = `${flag.flag}: ${refused.refused}`;
  if (refused.localName === true) reader.warnAt("local-name", message, at);
  else reader.errorAt(refused.code ?? "bad-value", message, at);
  draft.trouble ??= message;
}

interface Values {
  readonly texts: readonly string[];
  readonly words: readonly Word[];
  readonly not: boolean;
}

function readValues(
  reader: RuleReader,
  draft: ExtensionDraft,
  flag: KnownFlag,
  word: Word,
  attached: string | undefined,
): Values | undefined {
  const count = flag.codec.words;
  const not = reader.not !== undefined;
  if (count === 0) {
    if (attached === undefined) return { texts: [], words: [], not };
    return trouble(reader, draft, word, "unknown-option", `${flag.flag} takes no value`);
  }
  const words: Word[] = attached === undefined ? [] : [{ ...word, text: attached }];
  let old: Word | undefined;
  if (attached === undefined) {
    const first = reader.next();
    if (first !== undefined) draft.words.push(first);
    // Before 1.4 the "!" stood before the value; today it is read as the value itself.
    old = flag.option.negatable && reader.isOldNegation(first) ? first : undefined;
    const value = old === undefined ? first : reader.next();
    if (old !== undefined && value !== undefined) draft.words.push(value);
    if (value !== undefined) words.push(value);
  }
  if (count === 2) {
    const second = reader.nextPlain();
    if (second !== undefined) {
      draft.words.push(second);
      words.push(second);
    }
  }
  if (words.length < count) {
    const what = count === 1 ? "a value" : "two values";
    return trouble(reader, draft, word, "missing-value", `${flag.flag} needs ${what}`);
  }
  if (old !== undefined) {
    reader.errorAt("old-negation", `iptables takes the "!" only before ${flag.flag}`, old);
  }
  return { texts: words.map(({ text }) => text), words, not: not || old !== undefined };
}

function trouble(
  reader: RuleReader,
  draft: ExtensionDraft,
  word: Word,
  code: string,
  message: string,
): undefined {
  reader.errorAt(code, message, word);
  draft.trouble ??= message;
  return undefined;
}

type Refused = Refusal & { readonly code?: string };

/** What stands against the value, if anything. */
function store(
  draft: ExtensionDraft,
  flag: KnownFlag,
  value: unknown,
  not: boolean,
): Refused | undefined {
  const { key, option } = flag;
  const before = draft.values[key];
  if (option.collect !== undefined) {
    const joined = option.collect(before, value, not);
    if (isRefusal(joined)) return joined;
    draft.values[key] = joined;
    return undefined;
  }
  if (before !== undefined) {
    return {
      refused: "the option is given twice, or together with another form of it",
      code: "option-repeated",
    };
  }
  draft.values[key] = option.negatable ? { not, value } : value;
  return undefined;
}
