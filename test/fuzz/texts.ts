import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { DUMPS } from "../support/fuzz.js";
import { mutated } from "../support/mutate.js";
import { ROOT } from "../support/root.js";
import { keptTexts } from "./corpus.js";

/** Larger texts cost more than their changes are worth. */
const MAX_LENGTH = 4_000;

/** How many are made at once. */
const BATCH = 25;

/** Texts without end: dumps of the project, changed; the same seed makes the same ones. */
export function* textsFrom(seed: number): Generator<string> {
  const kept = keptTexts().map(({ text }) => text);
  yield* kept;
  const texts = [...DUMPS, ...kept, ...projectDumps()];
  const changed = fc.oneof(
    { weight: 4, arbitrary: mutated(texts, 8) },
    { weight: 2, arbitrary: mutated(DUMPS, 30) },
    { weight: 3, arbitrary: spliced(texts) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
  );
  for (let round = 0; ; round++) {
    yield* fc.sample(changed, { seed: seed + round, numRuns: BATCH });
  }
}

/** Dumps and restore inputs that the project has of its own. */
function projectDumps(): readonly string[] {
  const files = ["dumps", "golden"].flatMap((folder) => {
    const path = join(ROOT, "test", folder);
    const names = existsSync(path) ? readdirSync(path, { recursive: true, encoding: "utf8" }) : [];
    return names.map((name) => join(path, name));
  });
  return files
    .filter((file) => /\.(?:rules|save|iptables)$/.test(file))
    .map((file) => readFileSync(file, "utf8"))
    .filter(({ length }) => length <= MAX_LENGTH);
}

/** Lines of any text among those of another, then changed a little. */
function spliced(texts: readonly string[]): fc.Arbitrary<string> {
  const lines = texts.flatMap((text) => text.split("\n"));
  const some = fc.array(fc.nat({ max: lines.length - 1 }), { maxLength: 25 });
  return fc
    .tuple(fc.nat({ max: texts.length - 1 }), some, fc.nat())
    .chain(([index, others, place]) => {
      const own = texts[index]?.split("\n") ?? [];
      own.splice(place % (own.length + 1), 0, ...others.map((at) => lines[at] ?? ""));
      return mutated([own.join("\n")], 4);
    });
}
