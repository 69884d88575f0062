/** What a base option of `iptables(8)` is for; the letter is its short form. */
export type BaseOption =
  | "A"
  | "C"
  | "D"
  | "I"
  | "R"
  | "N"
  | "X"
  | "F"
  | "Z"
  | "P"
  | "E"
  | "L"
  | "S"
  | "p"
  | "s"
  | "d"
  | "i"
  | "o"
  | "f"
  | "m"
  | "j"
  | "g"
  | "c"
  | "t"
  | "w"
  | "W"
  | "n"
  | "v"
  | "x"
  | "0"
  | "M"
  | "V"
  | "h"
  | "4"
  | "6";

/** Whether it takes a word: always, only when the next word is not an option, or never. */
export type Takes = "word" | "maybe" | "nothing";

interface Spelling {
  readonly option: BaseOption;
  readonly takes: Takes;
}

/** Long names in the order of `iptables.c: original_opts`. */
const LONG: readonly (readonly [name: string, option: BaseOption, takes: Takes])[] = [
  ["append", "A", "word"],
  ["delete", "D", "word"],
  ["check", "C", "word"],
  ["insert", "I", "word"],
  ["replace", "R", "word"],
  ["list", "L", "maybe"],
  ["list-rules", "S", "maybe"],
  ["flush", "F", "maybe"],
  ["zero", "Z", "maybe"],
  ["new-chain", "N", "word"],
  ["delete-chain", "X", "maybe"],
  ["rename-chain", "E", "word"],
  ["policy", "P", "word"],
  ["source", "s", "word"],
  ["destination", "d", "word"],
  ["src", "s", "word"],
  ["dst", "d", "word"],
  ["protocol", "p", "word"],
  ["in-interface", "i", "word"],
  ["jump", "j", "word"],
  ["table", "t", "word"],
  ["match", "m", "word"],
  ["numeric", "n", "nothing"],
  ["out-interface", "o", "word"],
  ["verbose", "v", "nothing"],
  ["wait", "w", "maybe"],
  ["wait-interval", "W", "maybe"],
  ["exact", "x", "nothing"],
  ["fragments", "f", "nothing"],
  ["version", "V", "nothing"],
  ["help", "h", "maybe"],
  ["line-numbers", "0", "nothing"],
  ["modprobe", "M", "word"],
  ["set-counters", "c", "word"],
  ["goto", "g", "word"],
  ["ipv4", "4", "nothing"],
  ["ipv6", "6", "nothing"],
];

export const LONG_OPTIONS: ReadonlyMap<string, Spelling> = new Map(
  LONG.map(([name, option, takes]) => [`--${name}`, { option, takes }]),
);

export const SHORT_OPTIONS: ReadonlyMap<string, Spelling> = new Map(
  LONG.map(([, option, takes]) => [option, { option, takes }]),
);
