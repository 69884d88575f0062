import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../../support/root.js";

const sources = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .sort();

const importsOf = (file: string): readonly string[] =>
  [...readFileSync(join(ROOT, file), "utf8").matchAll(/\bfrom "(\.[^"]+)"/g)].map(([, path = ""]) =>
    normalize(join(dirname(file), path)).replace(/\.js$/, ".ts"),
  );

describe("the architecture", () => {
  const text = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const files = [...sources("engine"), ...sources("tracer"), ...sources("bench")].sort();

  it("names every file of engine, tracer and bench in ARCHITECTURE.md, and none that is not there", () => {
    const listed = new Set(
      [...text.matchAll(/^\| `((?:engine|tracer|bench)\/[^`]+\.ts)` +\|/gm)].map(
        ([, file = ""]) => file,
      ),
    );
    assert.deepEqual([...listed].sort(), files);
  });

  it("lets the engine know nothing of the tracer", () => {
    const strays = sources("engine").filter((file) =>
      importsOf(file).some((path) => path.startsWith("tracer/")),
    );
    assert.deepEqual(strays, []);
  });

  it("lets the tracer, its command line aside, know nothing of Services", () => {
    const known = /^(?:tracer\/(?!cli\/)|engine\/(?:net|iptables)\/|engine\/errors\.ts$)/;
    const strays = sources("tracer")
      .filter((file) => !file.startsWith("tracer/cli/"))
      .flatMap((file) =>
        importsOf(file)
          .filter((path) => !known.test(path))
          .map((path) => `${file} imports ${path}`),
      );
    assert.deepEqual(strays, []);
  });

  it("keeps the iptables language free of Kubernetes", () => {
    const strays = [...sources("engine/iptables"), ...sources("engine/net")].filter((file) =>
      importsOf(file).some((path) =>
        /^engine\/(?:kubernetes|services|kube-proxy|control-plane)\//.test(path),
      ),
    );
    assert.deepEqual(strays, []);
  });
});
