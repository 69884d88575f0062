import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../../support/root.js";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const KEYWORDS = "(?:abstract )?(?:async )?(?:const|function\\*?|class|interface|type)";

/** Each name that a library's index exports, and the file that defines it. */
function exportsOf(index: string): readonly (readonly [name: string, file: string])[] {
  return [...read(index).matchAll(/export (?:type )?(\{[^}]*\}|\*) from "([^"]+)"/g)].flatMap(
    ([, names = "", path = ""]) => {
      const file = normalize(join(dirname(index), path)).replace(/\.js$/, ".ts");
      const all = names === "*" ? namesIn(file) : (names.match(/\w+/g) ?? []);
      return all.filter((name) => name !== "type").map((name) => [name, file] as const);
    },
  );
}

function namesIn(file: string): readonly string[] {
  const pattern = new RegExp(`^export ${KEYWORDS} (\\w+)`, "gm");
  return [...read(file).matchAll(pattern)].map(([, name = ""]) => name);
}

/** Defined in this file, without a comment right before it. */
function isBare(name: string, file: string): boolean {
  const found = new RegExp(`(\\*/\\n)?^export ${KEYWORDS} ${name}\\b`, "m").exec(read(file));
  return found !== null && found[1] === undefined;
}

describe("the library", () => {
  for (const index of ["engine/index.ts", "tracer/index.ts"]) {
    it(`says of everything that ${index} exports what it is`, () => {
      const bare = exportsOf(index).filter(([name, file]) => isBare(name, file));
      assert.deepEqual(
        bare.map(([name, file]) => `${name} of ${file}`),
        [],
      );
    });
  }
});
