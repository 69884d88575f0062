import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { RuleList } from "../../../engine/iptables/rule-list.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import { makeRule } from "../../../engine/iptables/make.js";
import type { Rule } from "../../../engine/iptables/types.js";
import { chainOf, codesOf } from "../../support/rules.js";

const ruleOf = (mark: number): Rule =>
  makeRule({ origin: { kind: "source", line: mark, text: String(mark) } });
const markOf = ({ origin }: Rule): string => (origin.kind === "source" ? origin.text : "");

type Step = {
  readonly kind: "insert" | "remove" | "replace" | "find";
  readonly at: number;
  readonly mark: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("insert", "insert", "remove", "replace", "find"),
  at: fc.nat({ max: 2_000 }),
  mark: fc.nat({ max: 40 }),
});

/** Lines that are worked on in one filter table with the chain `C`. */
function chainAfter(lines: readonly string[]) {
  const text = ["*filter", ":C - [0:0]", ...lines, "COMMIT", ""].join("\n");
  const { value, faults } = parseDump(text, { family: 4 });
  const rules = chainOf(value.sections[0]?.ruleset, "filter", "C").rules;
  return { rules, codes: codesOf(faults) };
}

const source = (at: number) => `-s 10.${at >> 16}.${(at >> 8) & 255}.${at & 255}/32 -j ACCEPT`;
const counted = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at));

describe("the rules of a chain in which commands work", () => {
  it("are those of a plain array to which the same is done", () => {
    fc.assert(
      fc.property(fc.nat({ max: 1_500 }), fc.array(step, { maxLength: 400 }), (count, steps) => {
        const plain = Array.from({ length: count }, (_, at) => ruleOf(at % 40));
        const list = new RuleList(plain, markOf);
        for (const { kind, at, mark } of steps) {
          const rule = ruleOf(mark);
          if (kind === "insert") {
            list.insert(at, rule);
            plain.splice(at, 0, rule);
          } else if (kind === "remove") {
            list.remove(at);
            if (at < plain.length) plain.splice(at, 1);
          } else if (kind === "replace") {
            list.replace(at, rule);
            if (at < plain.length) plain[at] = rule;
          } else {
            const first = plain.findIndex((each) => markOf(each) === String(mark));
            assert.equal(list.indexOf(rule), first);
          }
          assert.equal(list.at(at), plain[at]);
        }
        assert.equal(list.length, plain.length);
        assert.deepEqual(list.toArray(), plain);
      }),
      { numRuns: 60 },
    );
  });

  it("are inserted, replaced and deleted as the real tool does it", () => {
    const { rules, codes } = chainAfter([
      "-A C -j ACCEPT",
      "-I C -j DROP",
      "-I C 3 -p tcp -j RETURN",
      "-R C 2 -s 10.0.0.1 -j ACCEPT",
      "-A C -p udp",
      "-D C 1",
      "-D C -p tcp -j RETURN",
      "-A C -p udp",
      "-D C -p udp",
    ]);
    assert.deepEqual(codes, []);
    assert.deepEqual(
      rules.map(({ origin }) => (origin.kind === "source" ? origin.line : 0)),
      [6, 10],
    );
  });

  /** Lines, and how many rules they leave behind. */
  type Work = readonly [string, (count: number) => readonly string[], left: number];
  const MANY = 20_000;
  const CASES: readonly Work[] = [
    ["-I at the front", (count) => counted(count, (at) => `-I C ${source(at)}`), MANY],
    [
      "-I in the middle",
      (count) => counted(count, (at) => `-I C ${(at >> 1) + 1} ${source(at)}`),
      MANY,
    ],
    [
      "-D of a rule, the last first",
      (count) => [
        ...counted(count, (at) => `-A C ${source(at)}`),
        ...counted(count, (at) => `-D C ${source(count - 1 - at)}`),
      ],
      0,
    ],
    [
      "-D of a number, the first again and again",
      (count) => [
        ...counted(count, (at) => `-A C ${source(at)}`),
        ...counted(count, () => "-D C 1"),
      ],
      0,
    ],
    [
      "-D of rules that are all the same",
      (count) => [...counted(count, () => "-A C -j DROP"), ...counted(count, () => "-D C -j DROP")],
      0,
    ],
    [
      "-R",
      (count) => [
        ...counted(count, (at) => `-A C ${source(at)}`),
        ...counted(count, (at) => `-R C ${at + 1} -j DROP`),
      ],
      MANY,
    ],
    ["-F and -Z of all chains", (count) => counted(count, (at) => (at & 1 ? "-F" : "-Z")), 0],
    ["-N and -X", (count) => counted(count, (at) => (at & 1 ? `-X N${at - 1}` : `-N N${at}`)), 0],
  ];
  for (const [name, linesOf, left] of CASES) {
    it(`are right after ${MANY} commands: ${name}`, () => {
      const { rules, codes } = chainAfter(linesOf(MANY));
      assert.deepEqual(codes, []);
      assert.equal(rules.length, left);
    });
  }

  it("are flushed and zeroed at once, however many chains there are", () => {
    const chains = counted(50_000, (at) => `-N C${at}`);
    const { rules, codes } = chainAfter([
      ...chains,
      ...counted(50_000, (at) => (at % 2 === 0 ? "-F" : "-Z")),
      ...counted(5_000, (at) => (at % 2 === 0 ? `-A C${at} -j DROP` : "-F")),
      "-A C -j ACCEPT",
    ]);
    assert.deepEqual(codes, []);
    assert.equal(rules.length, 1);
  });

  it("are not renamed for ever: beyond a bound -E is a fault", () => {
    const { codes } = chainAfter([
      ...counted(60_000, (at) => `-N C${at}`),
      ...counted(1_000, (at) => `-E C${at} D${at}`),
    ]);
    assert.ok(codes.includes("too-many-renames"));
    assert.ok(codes.length < 1_000);
  });

  it("are not zeroed for ever: beyond a bound -Z is a fault, and no rule is lost", () => {
    const { codes, rules } = chainAfter(
      counted(30_000, (at) => (at % 2 === 0 ? "[1:1] -A C -p tcp" : "-Z C")),
    );
    assert.ok(codes.includes("too-many-zeroings"));
    assert.equal(rules.length, 15_000);
  });
});
