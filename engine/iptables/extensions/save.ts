import type { Negatable } from "../types.js";
import type { AnyOption, OptionTable, Reading } from "./define.js";

/** Values of options by key, as `DataOf` has them. */
export type OptionValues = Readonly<Record<string, unknown>>;

/**
 * The words of a save in the order of the table, without those in `hidden`: `[! ]--flag[ value]`,
 * one blank between them.
 */
export function saveOptions(
  options: OptionTable,
  data: OptionValues,
  reading: Reading,
  hidden: readonly string[] = [],
): string {
  const words: string[] = [];
  for (const [key, option] of Object.entries(options)) {
    const value = data[key];
    if (value !== undefined && !hidden.includes(key))
      words.push(saveOption(option, value, reading));
  }
  return words.join(" ");
}

function saveOption(option: AnyOption, value: unknown, reading: Reading): string {
  if (!option.negatable || !isNegatable(value)) return withFlag(option, value, reading);
  return `${value.not ? "! " : ""}${withFlag(option, value.value, reading)}`;
}

function isNegatable(value: unknown): value is Negatable<unknown> {
  return typeof value === "object" && value !== null && "not" in value;
}

function withFlag(option: AnyOption, value: unknown, reading: Reading): string {
  const { codec, flag } = option;
  return codec.words === 0 ? flag : `${flag} ${codec.write(value, reading)}`;
}
