import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ROOT } from "../support/root.js";

const run = (folder: string, command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const STRICT = ["--strict", "--module", "nodenext", "--target", "es2023", "--types", ""];

describe("the packed library, installed into an empty folder", () => {
  let folder = "";
  let tarball = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-install-"));
    // `prepack` builds and prints on the same stream, so the name is the last line.
    tarball =
      run(ROOT, "npm", "pack", "--silent", "--pack-destination", folder)
        .trim()
        .split("\n")
        .at(-1) ?? "";
    writeFileSync(join(folder, "package.json"), '{"name":"consumer","type":"module"}');
    run(folder, "npm", "install", "--silent", "--no-audit", "--no-fund", join(folder, tarball));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("has a command that tells its version", () => {
    assert.match(run(folder, "npx", "chainwalk", "--version"), /^\d+\.\d+\.\d+\n$/);
  });

  it("runs its embedded example", () => {
    const output = run(folder, "npx", "chainwalk", "demo");
    assert.match(output, /KUBE-SVC-/);
    assert.match(output, /31357/);
  });

  it("spreads work over threads of its own", () => {
    const example = (name: string) => join("node_modules/chainwalk/examples/matrix", name);
    const where = ["-f", example("cluster.yaml"), "--config", example("kube-proxy.yaml")];
    const matrix = ["chainwalk", "matrix", ...where, "--node", "worker-1", "-o", "json", "--jobs"];
    assert.equal(run(folder, "npx", ...matrix, "2"), run(folder, "npx", ...matrix, "1"));
    const ends = ["--from", "external", "--to", "svc/default/web", "--count", "600000", "--jobs"];
    const count = ["chainwalk", "trace", ...where, ...ends];
    assert.equal(run(folder, "npx", ...count, "2"), run(folder, "npx", ...count, "1"));
  });

  it("is imported by name from engine and tracer", () => {
    writeFileSync(
      join(folder, "use.mjs"),
      `import { parseDump } from "chainwalk/engine";
       import * as tracer from "chainwalk/tracer";
       const dump = parseDump("*nat\\n:PREROUTING ACCEPT [0:0]\\nCOMMIT\\n");
       console.log(dump.faults.length, Object.keys(tracer).length > 0);`,
    );
    assert.equal(run(folder, "node", "use.mjs"), "0 true\n");
  });

  it("does what the README's example says it does, as it stands there", () => {
    const [, example = ""] =
      /## Library\n\n```ts\n(.*?)```/s.exec(readFileSync(join(ROOT, "README.md"), "utf8")) ?? [];
    writeFileSync(join(folder, "example.ts"), example);
    run(folder, join(ROOT, "node_modules/.bin/tsc"), ...STRICT, "example.ts");
    const said = [...example.matchAll(/^\/\/ (.*\n)/gm)].map(([, line]) => line).join("");
    assert.equal(run(folder, "node", "example.js"), said);
  });

  it("is typed for a strict consumer", () => {
    writeFileSync(
      join(folder, "use.ts"),
      `import { parseDump, type Ruleset } from "chainwalk/engine";
       import * as tracer from "chainwalk/tracer";
       export const ruleset: Ruleset | undefined = parseDump("").value.sections[0]?.ruleset;
       // @ts-expect-error a dump is a text
       parseDump(7);
       export type Tracer = keyof typeof tracer;`,
    );
    run(folder, join(ROOT, "node_modules/.bin/tsc"), "--noEmit", ...STRICT, "use.ts");
  });

  it("is sound to publint and are-the-types-wrong", () => {
    const path = join(folder, tarball);
    run(ROOT, "npx", "publint", path, "--strict");
    run(
      ROOT,
      "npx",
      "attw",
      path,
      "--profile",
      "esm-only",
      "--exclude-entrypoints",
      "package.json",
    );
  });
});
