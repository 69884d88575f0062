/** Prints what compiling and syncing cost at several sizes: `tsx bench/compile-table.ts`. */
import { prepareCompile, prepareFullSync } from "./compile.js";
import { peakMegabytes } from "./machine.js";
import { measure, type Rounds } from "./measure.js";
import { oneEndpointBytes, prepareOneEndpoint } from "./sync.js";
import type { Prepared } from "./types.js";

const SIZES = [
  [100, 10],
  [1_000, 10],
  [5_000, 10],
  [10_000, 10],
  [1_000, 100],
] as const;
const ROUNDS: Rounds = { least: 5, budgetMs: 1_000 };
const SEED = 1;

function line(phase: string, { work, baselines }: Prepared): string {
  const own = measure(work, ROUNDS).medianMs;
  const others = baselines.map(({ name, work: other }) => {
    const ms = typeof other === "function" ? measure(other, ROUNDS).medianMs : other.medianMs;
    return `${name} ${ms.toFixed(2)} ms (${(ms / own).toFixed(1)} times)`;
  });
  return `  ${phase}: ${own.toFixed(2)} ms; ${others.join("; ")}\n`;
}

for (const [services, endpoints] of SIZES) {
  process.stdout.write(`${services} Services x ${endpoints} endpoints\n`);
  process.stdout.write(line("parsed objects to bytes", prepareCompile(services, endpoints, SEED)));
  process.stdout.write(line("full sync again", prepareFullSync(services, endpoints, SEED)));
  process.stdout.write(line("one endpoint", prepareOneEndpoint(services, endpoints, SEED)));
  const { minimal, partial } = oneEndpointBytes(services, endpoints, SEED);
  const ratio = (partial / minimal).toFixed(0);
  process.stdout.write(
    `  bytes for one endpoint: ${minimal}; partial ${partial} (${ratio} times)\n`,
  );
  process.stdout.write(`  peak memory so far: ${peakMegabytes()} MB\n`);
}
