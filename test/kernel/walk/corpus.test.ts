import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { CASES, SEED } from "../../support/kernel/cases.js";
import { differenceText, Duel } from "../../support/kernel/duel.js";
import type { Backend } from "../../support/kernel/node.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { packetsAbout, topologyFor } from "../../support/kernel/spoken.js";
import { SHARED, skipWithout } from "../../support/root.js";

const CORPUS = join(SHARED, "corpus");
const skip = skipWithoutKernel() || skipWithout(CORPUS);

interface Dump {
  readonly file: string;
  readonly family: Family;
  readonly backends: readonly Backend[];
}

/** The dumps that the real restore takes as they are. */
function loadable(): readonly Dump[] {
  const [header = "", ...lines] = readFileSync(join(CORPUS, "INDEX.tsv"), "utf8").split("\n");
  const column = (line: string, name: string): string =>
    line.split("\t")[header.split("\t").indexOf(name)] ?? "";
  return lines.flatMap((line) => {
    const backends = (["legacy", "nft"] as const).filter(
      (backend) => column(line, `${backend}_1.8.9_test`) === "accept",
    );
    const family = column(line, "ip") === "IPv6" ? 6 : 4;
    return backends.length === 0 ? [] : [{ file: column(line, "file"), family, backends }];
  });
}

/** `--test` does not find all that a load does: these are refused when it comes to it. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ["006-openshift-1.4-nat.rules nft", "it jumps to a chain that it does not have"],
  [
    "129-insights-rhel6.rules nft",
    "its `-g ACCEPT` names no chain, which only the nft backend minds",
  ],
  ["143-debugger-osptest.rules legacy", "its lines end in carriage returns"],
  ["143-debugger-osptest.rules nft", "its lines end in carriage returns"],
]);

describe("a packet through a real node's dump goes as the kernel sends it", { skip }, () => {
  const dumps = skip === false ? loadable() : [];
  const packets = Math.max(5, Math.round(CASES / 200));
  for (const { file, family, backends } of dumps) {
    for (const backend of backends) {
      it(`${file} (${backend}, ${packets} packets, seed ${SEED})`, async () => {
        const text = readFileSync(join(CORPUS, file), "utf8");
        const duel = await Duel.create(topologyFor(text), backend, family);
        try {
          const tried = fc.sample(packetsAbout(text, family), { seed: SEED, numRuns: packets });
          const difference = await duel.fightApart(text, tried);
          assert.equal(difference && differenceText({ ...difference, text: file }), undefined);
          assert.equal(duel.refused === 1, REFUSED.has(`${file} ${backend}`));
        } finally {
          await duel.close();
        }
      });
    }
  }
});
