/**
 * Reads changed dumps until the time is up: `tsx test/fuzz/run.ts [--seconds N] [--seed N]`. A text
 * that breaks a promise, or on which reading hangs, is made small and kept in `test/fuzz/corpus/`,
 * which `npm test` reads ever after.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CORPUS, findName } from "./corpus.js";
import { Reader, type Trouble } from "./reader.js";
import { smallest } from "./smallest.js";
import { textsFrom } from "./texts.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write("--seconds takes a number above 0, --seed a whole number\n");
  process.exit(1);
}

/** How many finds end a run: more of them mostly have one cause. */
const MAX_FINDS = 5;
const PROGRESS_MS = 5_000;

/** Whether a text breaks the same promise. */
const breaksLike = (trouble: Trouble) => async (text: string) => {
  const again = await reader.read(text);
  return again?.kind === trouble.kind;
};

process.stdout.write(`seed ${seed}, ${seconds} s\n`);
const start = performance.now();
const reader = new Reader();
const known = new Set<string>();
let tried = 0;
let told = start;
for (const text of textsFrom(seed)) {
  const now = performance.now();
  if (now - start >= seconds * 1000 || known.size >= MAX_FINDS) break;
  if (now - told >= PROGRESS_MS) {
    told = now;
    const rate = (tried / (now - start)) * 1000;
    process.stdout.write(`${tried} texts, ${rate.toFixed()} a second, ${known.size} finds\n`);
  }
  tried++;
  const trouble = await reader.read(text);
  if (trouble === undefined || known.has(trouble.kind)) continue;
  known.add(trouble.kind);
  // Of a text that hangs every smaller one would have to be waited for.
  const found = trouble.kind === "hang" ? text : await smallest(text, breaksLike(trouble));
  const file = join(CORPUS, findName(trouble.kind, found));
  if (!existsSync(file)) writeFileSync(file, found);
  process.stderr.write(`${trouble.message}\nkept in ${file}\n`);
}
reader.close();
process.stdout.write(`${tried} texts read, ${known.size} finds, seed ${seed}\n`);
process.exitCode = known.size > 0 ? 1 : 0;
