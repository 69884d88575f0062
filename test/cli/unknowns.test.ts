import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { capture } from "../support/transcript.js";

const QUESTION = ["--from", "10.0.0.1", "--to", "10.0.0.2:80"];

/** Rules that each ask for an ipset of their own: a mark where it matches, or an end. */
function dump(rules: readonly string[]): string {
  return ["*filter", ":FORWARD ACCEPT [0:0]", ...rules, "COMMIT", ""].join("\n");
}

function ask(rules: readonly string[], ...argv: readonly string[]) {
  return capture(["trace", "--rules", "-", ...QUESTION, ...argv], { input: dump(rules) });
}

/** So many rules that drop by ipsets nobody gave. */
function drops(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `-A FORWARD -m set --match-set s${index} src -j DROP`,
  );
}

/** Marks that double the ways with every rule, and a drop for one of them. */
const MARKS = Array.from(
  { length: 14 },
  (_, index) =>
    `-A FORWARD -m set --match-set s${index} src -j MARK --set-xmark 0x${(1 << index).toString(16)}/0x${(1 << index).toString(16)}`,
);

describe("what hangs on ipsets that nobody gave", () => {
  it("forks in two, and both consequences are told with the reason", async () => {
    const { out } = await ask(drops(1));
    assert.match(out, /if -m set --match-set s0 src at filter FORWARD rule 1 matches \(unknown:/);
    assert.match(out, /100 % {2}1 +dropped by filter FORWARD rule 1/);
    assert.match(out, /unless -m set .*\n +100 % {2}1 +forwarded to 10\.0\.0\.2:80/);
  });

  it("in many combinations is told by the simplest for each end, with how many are left out", async () => {
    const rules = [...MARKS.slice(0, 10), "-A FORWARD -m mark --mark 0x155/0x3ff -j DROP"];
    const { out } = await ask([...rules, "-A FORWARD -m mark --mark 0x2aa/0x3ff -j REJECT"]);
    assert.equal(out.match(/^ +100 %/gm)?.length, 3);
    assert.match(out, /^\d+ more combinations of what is not known: no other ends/m);
  });

  it("in more ways than are followed is never said to make no difference", async () => {
    const { out } = await ask([...MARKS, "-A FORWARD -m mark --mark 0x1/0x3fff -j DROP"]);
    assert.match(out, /unknown: there are more ways than this walk follows/);
    assert.doesNotMatch(out, /the end is the same either way/);
  });

  it("is told in the line of a file of packets by the simplest for each end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "chainwalk-unknowns-"));
    const packet = { in: "eth0", protocol: "udp", source: "10.0.0.1", destination: "10.0.0.2" };
    writeFileSync(join(folder, "p.jsonl"), JSON.stringify({ ...packet, destinationPort: 53 }));
    const rules = [...MARKS.slice(0, 8), "-A FORWARD -m mark --mark 0x55/0xff -j DROP"];
    const argv = ["trace", "--rules", "-", "--packets", "p.jsonl", "-o", "json"];
    const { out } = await capture(argv, { cwd: folder, input: dump(rules) });
    rmSync(folder, { recursive: true });
    assert.match(out, /^\{"version":1,"verdict":"unknown"/);
    assert.match(out, /"because":"[^"]*forwarded to 10\.0\.0\.2:53 [^"]*dropped by filter FORWARD/);
    assert.match(out, /\d+ more combinations of what is not known have no other ends"/);
  });

  it("and matters on one way is not called indifferent for another", async () => {
    const { out } = await ask([
      "-A FORWARD -m set --match-set a src -j MARK --set-xmark 0x1/0x1",
      "-A FORWARD -m set --match-set b src -j MARK --set-xmark 0x2/0x2",
      "-A FORWARD -m mark --mark 0x3/0x3 -j DROP",
    ]);
    assert.match(out, /if -m set --match-set b src/);
    assert.doesNotMatch(out, /same either way: -m set --match-set b src/);
  });
});

describe("several rules that may stop a packet", () => {
  it("are each named in what would happen without them", async () => {
    const { out } = await ask(drops(2));
    assert.match(out, /^without filter FORWARD rule 1 \(DROP\): /m);
    assert.match(out, /^without filter FORWARD rule 2 \(DROP\): /m);
  });
});

describe("a rule that drops what was meant for several endpoints", () => {
  const NAT = [
    "*nat",
    ":PREROUTING ACCEPT [0:0]",
    "-A PREROUTING -m statistic --mode random --probability 0.5 -p tcp -j DNAT --to-destination 10.0.0.3:80",
    "-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.4:80",
    "COMMIT",
    "*filter",
    ":FORWARD DROP [0:0]",
    "COMMIT",
    "",
  ].join("\n");

  it("is one line of the odds, with the chance of all of them", async () => {
    const { out } = await capture(["trace", "--rules", "-", ...QUESTION, "--odds"], { input: NAT });
    assert.equal(out.match(/dropped by filter FORWARD policy DROP/g)?.length, 1);
    assert.match(out, /100 % {2}1 +dropped by filter FORWARD policy DROP/);
  });

  it("is shown with the rules of one way, unless the odds are asked for", async () => {
    const { out } = await capture(["trace", "--rules", "-", ...QUESTION], { input: NAT });
    assert.match(out, /^ {2}nat +PREROUTING 1 +DNAT/m);
    assert.match(out, /^this is one of 2 ways that the dice leave open; all end alike$/m);
    assert.match(out, /\ndropped by filter FORWARD policy DROP\n$/);
  });
});

describe("what the user states about it", () => {
  it("is taken, by the set's name or for all sets", async () => {
    const named = await ask(drops(1), "--assume", "set:s0=no");
    assert.match(named.out, /\nforwarded to 10\.0\.0\.2:80/);
    const all = await ask(drops(3), "--assume", "set=yes");
    assert.match(all.out, /\ndropped by filter FORWARD rule 1/);
    assert.equal(named.err + all.err, "");
  });

  it("is told with the answer that rests on it", async () => {
    const { out } = await ask(drops(1), "--assume", "set:s0=no");
    assert.match(out, /^stated: -m set --match-set s0 src .*rule 1 does not match$/m);
  });

  it("of a rule holds also for one that has no match at all", async () => {
    const { out } = await ask(["-A FORWARD -j DROP"], "--assume", "rule:filter/FORWARD/1=no");
    assert.match(out, /^stated: filter FORWARD rule 1 does not match$/m);
    assert.match(out, /\nforwarded to 10\.0\.0\.2:80/);
  });

  for (const [statement, trouble] of [
    ["set:s1=no", "no rule asks for this name, there are s0"],
    ["sett:s0=no", "no rule has a match of this name"],
    ["rule:filter/FORWARD/2=no", "there is no such rule"],
    ["rule:filter/FORWARDS/1=no", "there is no such rule"],
  ] as const) {
    it(`${statement} is about nothing here, and told so`, async () => {
      const { err, exitCode } = await ask(drops(1), "--assume", statement);
      assert.ok(err.includes(`--assume: warning: "${statement}" says nothing: ${trouble}`), err);
      assert.equal(exitCode, 0);
    });
  }
});
