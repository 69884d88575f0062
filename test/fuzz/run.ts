/**
 * Reads changed dumps until the time is up: `tsx test/fuzz/run.ts [--seconds N] [--seed N]`. A text
 * that breaks a promise is kept in `test/fuzz/corpus/`, which `npm test` reads ever after.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { holdsOfAnyText, hostileDump } from "../support/fuzz.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const seed = Number(values.seed);
const end = performance.now() + Number(values.seconds) * 1000;
let tried = 0;

const result = fc.check(
  fc.property(hostileDump, (text) => {
    tried++;
    holdsOfAnyText(text);
  }),
  {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: Math.max(1, end - performance.now()),
    markInterruptAsFailure: false,
  },
);
process.stdout.write(`${tried} texts read, seed ${seed}\n`);
if (result.failed && result.counterexample !== null) {
  const folder = join(import.meta.dirname, "corpus");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${seed}.rules`);
  writeFileSync(file, result.counterexample[0]);
  process.stderr.write(`${String(result.errorInstance)}\nkept in ${file}\n`);
  process.exitCode = 1;
}
