import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readObjects } from "../../../engine/kubernetes/read.js";

const FILLER = `apiVersion: v1
kind: ConfigMap
metadata: { name: filler }
data: { text: "${"x".repeat(400_000)}" }
`;
const service = (name: string, port: number) => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  clusterIP: 10.96.0.1
  ports:
  - port: ${port}
`;

describe("a YAML text of more than a megabyte", () => {
  const documents = [service("first", 70_000), FILLER, FILLER, FILLER, service("last", 80_000)];
  const text = documents.join("---\n");

  it("has its faults told at the same places as a short one", () => {
    const { value, faults } = readObjects([{ file: "long.yaml", text }]);
    assert.ok(text.length > 1 << 20);
    assert.deepEqual(
      value.services.map(({ name }) => name),
      ["first", "last"],
    );
    const lines = text.split("\n");
    for (const number of ["70000", "80000"]) {
      const found = faults.find(({ message }) => message.includes(number));
      const line = lines.findIndex((one) => one.includes(number));
      assert.deepEqual([found?.at.line, found?.at.column, found?.at.length], [line + 1, 11, 5]);
    }
  });

  it("tells how far its reading is", () => {
    const told: number[] = [];
    readObjects([{ file: "long.yaml", text }], (file, done, all) => {
      assert.equal(file, "long.yaml");
      assert.equal(all, text.length);
      told.push(done);
    });
    assert.ok(told.length > 2);
    assert.deepEqual(
      told,
      told.toSorted((left, right) => left - right),
    );
  });
});
