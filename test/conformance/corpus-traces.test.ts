import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SHARED, skipWithout } from "../support/root.js";
import { readOdds, sumOfOdds } from "../support/odds.js";
import { capture } from "../support/transcript.js";

const CORPUS = join(SHARED, "corpus");
const skip = skipWithout(CORPUS);

/** A question to a real node's dump, and every answer that its rules allow. */
interface Case {
  readonly dump: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  readonly expected: Readonly<Record<string, string>>;
}

const DECIDED: readonly Case[] = [
  {
    dump: "032",
    from: "10.42.0.50",
    to: "10.43.0.10:53",
    protocol: "udp",
    expected: { "10.42.0.7:53": "1" },
  },
  {
    dump: "024",
    from: "10.244.0.50",
    to: "10.96.0.10:53",
    protocol: "tcp",
    expected: { "10.244.0.8:53": "1/2", "10.244.0.9:53": "1/2" },
  },
  {
    dump: "023",
    from: "10.244.0.50",
    to: "10.96.0.10:9153",
    protocol: "tcp",
    expected: { "10.244.0.3:9153": "1/2", "10.244.0.4:9153": "1/2" },
  },
  {
    dump: "003",
    from: "10.80.0.9",
    to: "10.83.240.10:53",
    protocol: "udp",
    expected: { "10.80.0.5:53": "1" },
  },
];

function trace(question: Omit<Case, "expected">) {
  const file = readdirSync(CORPUS).find((name) => name.startsWith(`${question.dump}-`)) ?? "";
  const { from, to, protocol } = question;
  const argv = ["--from", from, "--to", to, "--proto", protocol, "--odds", "-o", "json"];
  return capture(["trace", "--rules", join(CORPUS, file), ...argv]);
}

describe("dumps of real Kubernetes nodes, traced to their own Services", { skip }, () => {
  for (const question of DECIDED) {
    it(`${question.dump}: ${question.protocol} to ${question.to}`, async () => {
      const { exitCode, out, err } = await trace(question);
      assert.equal(exitCode, 0, err);
      const { outcomes } = readOdds(out);
      const ends = outcomes.map(({ destination, odds }) => [destination, odds]);
      assert.deepEqual(Object.fromEntries(ends), question.expected);
      assert.ok(outcomes.every(({ verdict, translated }) => verdict === "forwarded" && translated));
      assert.equal(sumOfOdds(outcomes), "1");
    });
  }

  it("027: of two DNS endpoints each gets half, whatever Calico's unseen ipsets hold", async () => {
    const { out } = await trace({
      dump: "027",
      from: "10.100.9.9",
      to: "10.96.0.10:53",
      protocol: "udp",
    });
    const { outcomes } = readOdds(out);
    const ends = new Set(outcomes.map(({ destination, odds }) => `${odds} ${destination}`));
    assert.deepEqual([...ends].sort(), ["1/2 10.100.32.131:53", "1/2 10.100.32.134:53"]);
  });

  it("020: where a policy's ipset decides, both consequences are told and none is guessed", async () => {
    const { out } = await trace({
      dump: "020",
      from: "10.240.0.50",
      to: "10.0.169.38:80",
      protocol: "tcp",
    });
    const { outcomes } = readOdds(out);
    assert.deepEqual(
      new Set(outcomes.map(({ verdict }) => verdict)),
      new Set(["forwarded", "dropped"]),
    );
    for (const { conditions } of outcomes) {
      assert.match(conditions?.[0]?.what ?? "", /--match-set azure-npm-/);
    }
  });
});
