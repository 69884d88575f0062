import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { TABLE_NAMES, type TableName } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { readSpellings, type Spelling } from "../../unit/iptables/extensions/spellings.js";
import { BACKENDS, loadAndSave, setsFor, tablesOf, whyNot, type Backend } from "./real-tools.js";

const skip = whyNot();
const FAMILIES: readonly Family[] = [4, 6];

interface Place {
  readonly family: Family;
  readonly table: TableName;
}

/** The rules alone, in their order. */
function load(place: Place, backend: Backend, rules: readonly string[]) {
  const text = `*${place.table}\n${rules.map((rule) => `-A ${rule}\n`).join("")}COMMIT\n`;
  const ruleset = lastRuleset(parseDump(text, { family: place.family }).value, place.family);
  const outcome = loadAndSave({ family: place.family, backend, text, sets: setsFor(ruleset) });
  if (!outcome.accepted) return outcome;
  const saved = tablesOf(outcome.saved).get(place.table) ?? [];
  return { accepted: true as const, saved: saved.filter((line) => line.startsWith("-A ")) };
}

const line = ({ chain, rule }: Pick<Spelling, "chain" | "rule">) => `${chain} ${rule}`;

/** By chain, as a save has them. */
function expectedOf(spellings: readonly Spelling[]): readonly string[] {
  return spellings.flatMap(({ chain, outcome }) =>
    outcome.kind === "saved" ? [`-A ${chain} ${outcome.as}`.trimEnd()] : [],
  );
}

function trySaved(place: Place, backend: Backend, spellings: readonly Spelling[]): void {
  for (const chain of new Set(spellings.map((spelling) => spelling.chain))) {
    const here = spellings.filter((spelling) => spelling.chain === chain);
    const outcome = load(place, backend, here.map(line));
    const culprits = outcome.accepted
      ? []
      : here.filter((spelling) => !load(place, backend, [line(spelling)]).accepted);
    assert.deepEqual(
      culprits.map(({ at, rule }) => `${at}: ${rule}`),
      [],
    );
    assert.deepEqual(outcome.accepted ? outcome.saved : outcome.message, expectedOf(here));
  }
}

function tryRefused(place: Place, backend: Backend, spellings: readonly Spelling[]): void {
  const taken = spellings.filter((spelling) => load(place, backend, [line(spelling)]).accepted);
  assert.deepEqual(
    taken.map(({ at, rule }) => `${at}: ${rule}`),
    [],
  );
}

describe("the claims of the extension tables hold for the real tools", { skip }, () => {
  const all = [...readSpellings().values()].flat();
  for (const family of FAMILIES) {
    for (const table of TABLE_NAMES) {
      const here = all.filter((one) => one.table === table && one.families.includes(family));
      const saved = here.filter(({ outcome }) => outcome.kind === "saved");
      const refused = here.filter(({ outcome }) => outcome.kind === "refused");
      for (const backend of BACKENDS) {
        const name = `of ${table} for IPv${family} by ${backend}`;
        if (saved.length > 0) {
          it(`${saved.length} rules ${name} are taken and saved as claimed`, () =>
            trySaved({ family, table }, backend, saved));
        }
        if (refused.length > 0) {
          it(`${refused.length} rules ${name} are refused`, () =>
            tryRefused({ family, table }, backend, refused));
        }
      }
    }
  }
});
