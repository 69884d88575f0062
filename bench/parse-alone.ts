/** What a process needs that does nothing but parse one file: `tsx bench/parse-alone.ts FILE`. */
import { peakMegabytes } from "./machine.js";
import { parseFile } from "./parse.js";

const before = peakMegabytes();
const start = performance.now();
parseFile(process.argv[2] ?? "");
const ms = performance.now() - start;
process.stdout.write(
  `${peakMegabytes()} MB at most (${before} before), ${ms.toFixed()} ms at once\n`,
);
