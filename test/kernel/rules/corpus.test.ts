import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import { lastRuleset, parseDump } from "../../../engine/iptables/parse.js";
import { printRuleset } from "../../../engine/iptables/print.js";
import { CORPUS, readCorpus, type CorpusDump } from "./corpus.js";
import { KNOWN_DUMPS } from "./known-differences.js";
import { BACKENDS, loadAndSave, setsFor, tablesOf, whyNot, type Backend } from "./real-tools.js";

const skip = whyNot() || (existsSync(CORPUS) ? false : `${CORPUS} is not there`);

/** Throws where the dump does not come back from the real tools as it is printed here. */
function roundTrip({ file, family, text }: CorpusDump, backend: Backend): void {
  const { value: dump } = parseDump(text, { file, family });
  const ruleset = lastRuleset(dump, family);
  // The real restore does not know Windows line ends; reading them is our own courtesy.
  const input = text.replaceAll("\r\n", "\n");
  const outcome = loadAndSave({ family, backend, text: input, sets: setsFor(ruleset) });
  assert.ok(outcome.accepted, outcome.accepted ? "" : outcome.message);
  assert.deepEqual(tablesOf(printRuleset(ruleset, "save")), tablesOf(outcome.saved));
  const saved = lastRuleset(parseDump(outcome.saved, { family }).value, family);
  assert.ok(sameRuleset(ruleset, saved), "the canonical forms of dump and save differ");
}

describe(
  "dumps of real hosts come back from the real tools as they are printed here",
  { skip },
  () => {
    for (const dump of skip === false ? readCorpus() : []) {
      for (const backend of BACKENDS.filter((name) => dump.accepted[name])) {
        const known = KNOWN_DUMPS.find(
          ({ file, backends }) => file === dump.file && backends.includes(backend),
        );
        if (known === undefined) {
          it(`${dump.file} through ${backend}`, () => roundTrip(dump, backend));
        } else {
          it(`${dump.file} through ${backend} still does not: ${known.reason}`, () => {
            assert.throws(() => roundTrip(dump, backend), "it does now: take it off the list");
          });
        }
      }
    }
  },
);
