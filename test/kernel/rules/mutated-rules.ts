import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import { TABLE_NAMES, type TableName } from "../../../engine/iptables/types.js";
import { rulesetArbitrary } from "../../support/arbitraries/rules.js";
import { readSpellings } from "../../unit/iptables/extensions/spellings.js";
import type { LoneRule } from "./lone-rules.js";

const NUMBERS =
  "0 1 -1 2 15 16 31 32 33 63 64 127 128 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296 18446744073709551615 18446744073709551616 0x10 0xFFFFFFFF 010 08 +5 1e3 5x".split(
    " ",
  );
const VALUES: Readonly<Record<Family, readonly string[]>> = {
  4: "10.0.0.1 10.0.0.1/24 10.0.0.1/255.0.255.0 10/8 10.1/16 0/0 10.0.0.1/33 1.2.65535 0x7f000001 256.1.1.1 10.0.0.1,10.0.0.2 1.2.3.4:80 ::1".split(
    " ",
  ),
  6: "::1 fd00::1/64 ::ffff:10.0.0.1 ::10.0.0.1/96 ::/0 2001:db8::1/ffff:0:ffff:: [fd00::1]:80 fd00::1-fd00::9 1::2::3 fd00::1/129 10.0.0.1".split(
    " ",
  ),
};
const WORDS =
  'eth+ + lo abcdefghijklmno abcdefghijklmnop tcp TCP 17 icmp all http 80:90 90:80 :80 80: 80,90 NEW,ESTABLISHED new src,dst ACCEPT "" "a b" any 8/0 0x1/0x2 5/sec 5/second 1/min -f -4 -6 -v -c'.split(
    " ",
  );
const INSERTED = ["!", "-p tcp", "! -p udp", "-s 10.0.0.1", "-i eth+", "-j ACCEPT", "-m mark"];

/** Rules of the claims and generated ones, each with up to two words changed. */
export function mutatedRules(family: Family, without: ReadonlySet<string>): Arbitrary<LoneRule> {
  const claimed = [...readSpellings().values()]
    .flat()
    .filter(({ families }) => families.includes(family));
  const generated = rulesetArbitrary({
    family,
    sets: [],
    without,
    maxRulesPerChain: 3,
    maxUserChains: 0,
  })
    .map((ruleset) => rulesOf(printRuleset(ruleset, "save")))
    .filter((rules) => rules.length > 0)
    .chain((rules) => fc.constantFrom(...rules));
  return fc.oneof(fc.constantFrom(...claimed), generated).chain(({ table, chain, rule }) =>
    fc
      .array(change(family), { maxLength: 2 })
      .map((changes) => changes.reduce((words, apply) => apply(words), wordsOf(rule)))
      .map((words) => ({ table, chain, rule: words.join(" ") })),
  );
}

function rulesOf(save: string): readonly LoneRule[] {
  let table: TableName = "filter";
  return save.split("\n").flatMap((line) => {
    table = TABLE_NAMES.find((name) => line === `*${name}`) ?? table;
    const parts = /^-A (\S+) (.*)$/.exec(line);
    return parts === null ? [] : [{ table, chain: parts[1] ?? "", rule: parts[2] ?? "" }];
  });
}

function wordsOf(rule: string): readonly string[] {
  return rule.match(/(?:[^\s"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
}

type Change = (words: readonly string[]) => readonly string[];

/** A change of one place, which `at` chooses whatever the rule's length. */
function change(family: Family): Arbitrary<Change> {
  const at = fc.nat();
  return fc.oneof(
    at.map(
      (place): Change =>
        (words) =>
          replaced(words, place, []),
    ),
    at.map(
      (place): Change =>
        (words) =>
          replaced(words, place, (word) => [word, word]),
    ),
    fc.tuple(at, fc.constantFrom(...INSERTED)).map(
      ([place, piece]): Change =>
        (words) =>
          replaced(words, place, (word) => [piece, word]),
    ),
    fc.tuple(at, fc.constantFrom(...NUMBERS, ...VALUES[family], ...WORDS)).map(
      ([place, value]): Change =>
        (words) =>
          replaced(words, place, [value]),
    ),
    fc.tuple(at, fc.constantFrom(...NUMBERS)).map(
      ([place, number]): Change =>
        (words) =>
          replaced(words, place, (word) => [word.replace(/\d+/, number)]),
    ),
    // Options cut short, or joined to their value.
    fc.tuple(at, fc.integer({ min: 3, max: 20 })).map(
      ([place, length]): Change =>
        (words) =>
          replaced(words, place, (word) => [word.startsWith("--") ? word.slice(0, length) : word]),
    ),
    at.map(
      (place): Change =>
        (words) =>
          joined(words, place),
    ),
  );
}

function replaced(
  words: readonly string[],
  place: number,
  by: readonly string[] | ((word: string) => readonly string[]),
): readonly string[] {
  const at = words.length === 0 ? 0 : place % words.length;
  const fresh = typeof by === "function" ? by(words[at] ?? "") : by;
  return [...words.slice(0, at), ...fresh, ...words.slice(at + 1)];
}

function joined(words: readonly string[], place: number): readonly string[] {
  const options = words.flatMap((word, at) => (/^--?[a-z]/.test(word) ? [at] : []));
  const at = options[place % Math.max(1, options.length)];
  if (at === undefined) return words;
  const [option = "", value = ""] = words.slice(at);
  const glue = option.startsWith("--") ? "=" : "";
  return [...words.slice(0, at), `${option}${glue}${value}`, ...words.slice(at + 2)];
}
