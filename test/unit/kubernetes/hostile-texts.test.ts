import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSteps } from "../../../engine/kube-proxy/sync/replay.js";
import { readProxyConfig } from "../../../engine/kubernetes/proxy-config.js";
import { checkObjects, readObjects } from "../../../engine/kubernetes/read.js";

const DEEP = 100_000;
const GOOD =
  "apiVersion: v1\nkind: Service\nmetadata: { name: good }\nspec: { clusterIP: 10.96.0.1 }\n";

function nines(count: number, item: (at: number) => string, line: (at: number) => string): string {
  const list = (at: number) => Array.from({ length: 9 }, () => item(at)).join(",");
  return Array.from({ length: count }, (_, at) => `${line(at)}[${list(at)}]`).join("\n");
}

const alias = (at: number) => (at === 0 ? "*a" : `*b${at - 1}`);
const TEXTS: readonly (readonly [name: string, text: string, code: string])[] = [
  ["JSON lists", "[".repeat(DEEP) + "]".repeat(DEEP), "not-an-object"],
  ["JSON lists without end", "[".repeat(DEEP), "bad-json"],
  ["JSON mappings", `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`, "kind-missing"],
  [
    "Lists of Lists",
    '{"kind":"List","apiVersion":"v1","items":['.repeat(20_000) + "]}".repeat(20_000),
    "nested-too-deep",
  ],
  ["YAML lists", `a: ${"[".repeat(DEEP)}${"]".repeat(DEEP)}`, "nested-too-deep"],
  ["YAML mappings", `a: ${"{a: ".repeat(DEEP)}${"}".repeat(DEEP)}`, "nested-too-deep"],
  ["YAML dashes", `${"- ".repeat(DEEP)}a`, "nested-too-deep"],
  [
    "YAML indentation",
    Array.from({ length: 2_000 }, (_, at) => `${" ".repeat(at)}a:`).join("\n"),
    "nested-too-deep",
  ],
  [
    "aliases that multiply",
    `a: &a [x]\n${nines(12, alias, (at) => `b${at}: &b${at} `)}`,
    "bad-yaml",
  ],
  [
    "merges that multiply",
    `a: &a {x: 1}\n${nines(30, alias, (at) => `b${at}: &b${at}\n  <<: `)}`,
    "bad-yaml",
  ],
  ["a key that is a list", "? [a, b]\n: 1\n", "kind-missing"],
  ["a tag that nobody knows", `${GOOD}x: !odd 1\n`, "odd-yaml"],
  ["a key given twice", `${GOOD}kind: Node\n`, "bad-yaml"],
  ["a NUL", "kind: \u0000", "binary-file"],
];

describe("a text made to hurt", () => {
  for (const [name, text, code] of TEXTS) {
    it(`${name}: is told, and what comes in other files is read`, (test) => {
      const warn = test.mock.method(process, "emitWarning");
      for (const file of ["odd.yaml", "odd.json"]) {
        const { value, faults } = readObjects([
          { file, text },
          { file: "good.yaml", text: GOOD },
        ]);
        assert.ok(
          faults.some((found) => found.code === code),
          faults.map((found) => found.code).join(),
        );
        assert.ok(value.services.some((service) => service.name === "good"));
        readSteps({ file, text });
        readProxyConfig({ file, text });
      }
      assert.equal(warn.mock.callCount(), 0, "nothing is written past the faults");
    });
  }

  it("deep objects of a library's user are read as far as they mean something", () => {
    const deep: unknown = JSON.parse("[".repeat(DEEP) + "]".repeat(DEEP));
    const circular: { kind: string; items: unknown[] } = { kind: "List", items: [] };
    circular.items.push(circular, circular);
    const { faults } = checkObjects([
      deep,
      circular,
      { kind: "Service", metadata: deep, spec: deep },
    ]);
    const codes = new Set(faults.map(({ code }) => code));
    for (const code of ["not-an-object", "nested-too-deep", "unsupported-api-version"]) {
      assert.ok(codes.has(code), code);
    }
  });

  it("a text with a byte order mark and Windows line ends is read as any other", () => {
    for (const text of [GOOD, JSON.stringify({ apiVersion: "v1", kind: "List", items: [] })]) {
      const { faults } = readObjects([
        { file: "f", text: `\uFEFF${text.replaceAll("\n", "\r\n")}` },
      ]);
      assert.deepEqual(faults, []);
    }
  });
});
