import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sameRule } from "../../../../engine/iptables/canonical.js";
import { checkDump } from "../../../../engine/iptables/check.js";
import { parseDump } from "../../../../engine/iptables/parse.js";
import { printRule } from "../../../../engine/iptables/print.js";
import type { Rule } from "../../../../engine/iptables/types.js";
import type { Family } from "../../../../engine/net/ip.js";
import { readSpellings, type Spelling } from "./spellings.js";

interface Read {
  readonly rule: Rule | undefined;
  readonly errors: readonly string[];
}

function read({ table, chain }: Spelling, rule: string, family: Family): Read {
  const dump = parseDump(`*${table}\n-A ${chain} ${rule}\nCOMMIT\n`, { family });
  const faults = checkDump(dump).filter(({ severity }) => severity === "error");
  const rules = dump.value.sections[0]?.ruleset.tables.get(table)?.chains.get(chain)?.rules;
  return { rule: rules?.[0], errors: faults.map(({ message }) => message) };
}

function isUnderstood({ matches, target }: Rule): boolean {
  return target?.name !== "opaque" && matches.every(({ name }) => name !== "opaque");
}

function check(spelling: Spelling, family: Family): void {
  const { chain, outcome, at } = spelling;
  const { rule, errors } = read(spelling, spelling.rule, family);
  if (outcome.kind === "refused") {
    assert.deepEqual(errors.slice(0, 1), [outcome.because], at);
    return;
  }
  assert.deepEqual(errors, [], at);
  assert.ok(rule !== undefined && isUnderstood(rule), `${at}: not understood`);
  const saved = printRule(chain, rule, "save", family);
  assert.equal(saved, `-A ${chain} ${outcome.as}`.trimEnd(), at);
}

for (const [file, spellings] of readSpellings()) {
  const name = file.replace(".rules", "").replace("-target", "");
  const what = file.includes("-target") ? `-j ${name.toUpperCase()}` : `-m ${name}`;
  describe(`${what} is read, defaulted, saved and refused as by iptables 1.8.9`, () => {
    for (const spelling of spellings) {
      const outcome = spelling.outcome.kind === "refused" ? "is refused" : "is saved as it should";
      it(`${spelling.rule} in ${spelling.table} ${spelling.chain} ${outcome}`, () => {
        for (const family of spelling.families) check(spelling, family);
      });
    }
  });
}

/** Saves from which even the real tools cannot get the rule back, and why. */
const LOSSY: ReadonlyMap<string, string> = new Map([
  ["-m conntrack --ctorigsrcport 5:0", "the end 0 is left out"],
  ["-m hashlimit --hashlimit-above 1b/s --hashlimit-name h3", "0b/s is refused"],
  ['-m hashlimit --hashlimit-above 5/sec --hashlimit-name "a b"', "names are not quoted"],
  ['-m recent --set --name "a b"', "names are not quoted"],
  ["-m recent --update --seconds 2147483648", "a negative number is refused"],
  ["-m recent --update --seconds 4294967295", "a negative number is refused"],
  ["-m rt ! --rt-segsleft 0:4294967295", "a range of all is left out, negated or not"],
  ["-p esp -m esp ! --espspi 0:4294967295", "a range of all is left out, negated or not"],
  ["-p udp -m udp ! --dport 0:65535 ! --sport 5", "a range of all is left out, negated or not"],
  ["-p icmp -m icmp --icmp-type 255/3", "a code of any type is left out"],
  ["-p icmp -m icmp --icmp-type 3/1:4", "of a range of codes the end is left out"],
  ['-j IDLETIMER --label "a b" --timeout 5', "names are not quoted"],
  [
    "-m cluster --cluster-total-nodes 32 --cluster-local-node 32 --cluster-hash-seed 1",
    "the mask of node 32 is above the largest that is taken",
  ],
  ["-j SNPT --dst-pfx ::/0 --src-pfx fd00::/64", "a prefix of zeros is left out"],
]);

describe("what a save prints", () => {
  it("reads as the same rule, but where the real tools lose something too", () => {
    const lossy = new Set<string>();
    for (const spelling of [...readSpellings().values()].flat()) {
      if (spelling.outcome.kind === "refused") continue;
      for (const family of spelling.families) {
        const first = read(spelling, spelling.rule, family).rule;
        const again = read(spelling, spelling.outcome.as, family).rule;
        const same = first !== undefined && again !== undefined && sameRule(first, again, family);
        if (!same) lossy.add(spelling.rule);
      }
    }
    assert.deepEqual([...lossy].sort(), [...LOSSY.keys()].sort());
  });
});
