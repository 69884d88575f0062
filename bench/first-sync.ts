/**
 * Prints what a first sync costs a process that has done nothing yet: `tsx bench/first-sync.ts
 * [RUNS]`. Each figure is of so many processes: from parsed objects to bytes, cold.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createSync } from "../engine/kube-proxy/sync/sync.js";
import { firstSync, parsedCluster, PROXY } from "./compile.js";
import { peakOf } from "./machine.js";
import { SYNC_SIZES } from "./phases/sizes.js";

const SEED = 1;

/** Both ways to a first sync, on parsed objects; each gives the size of the bytes. */
const WAYS: Readonly<Record<string, (raws: readonly unknown[]) => number>> = {
  compile: (raws) => firstSync(raws).bytes.length,
  sync: (raws) => {
    const sync = createSync(PROXY);
    sync.change({ add: raws });
    return sync.sync().bytes.length;
  },
};

interface Cold {
  readonly ms: number;
  readonly bytes: number;
  /** MB resident with the parsed objects alone, and at most while the sync was made. */
  readonly before: number;
  readonly peak: number;
}

function measureHere(way: string, services: number, endpoints: number): Cold {
  const raws = parsedCluster(services, endpoints, SEED);
  const work = WAYS[way];
  if (work === undefined) throw new RangeError(`there is no way ${way}`);
  globalThis.gc?.();
  const before = Math.round(process.memoryUsage().rss / 1e6);
  let ms = 0;
  let bytes = 0;
  const peak = peakOf(() => {
    const start = performance.now();
    bytes = work(raws);
    ms = performance.now() - start;
  });
  return { ms, bytes, before, peak };
}

function measureApart(way: string, services: number, endpoints: number): Cold {
  const script = fileURLToPath(import.meta.url);
  const args = ["--expose-gc", ...process.execArgv, script, way, `${services}`, `${endpoints}`];
  const answer: unknown = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  return Object.assign({ ms: 0, bytes: 0, before: 0, peak: 0 }, answer);
}

function printTable(runs: number): void {
  for (const { services, endpoints } of SYNC_SIZES) {
    process.stdout.write(`${services} Services x ${endpoints} endpoints\n`);
    for (const way of Object.keys(WAYS)) {
      const all = Array.from({ length: runs }, () => measureApart(way, services, endpoints));
      const times = all.map(({ ms }) => ms).sort((left, right) => left - right);
      const median = (times[times.length >> 1] ?? 0).toFixed(1);
      const least = (times[0] ?? 0).toFixed(1);
      const peak = Math.max(...all.map((cold) => cold.peak));
      const before = Math.max(...all.map((cold) => cold.before));
      process.stdout.write(
        `  ${way.padEnd(7)} ${median} ms (least ${least}), ${all[0]?.bytes} bytes, peak ${peak} MB, of which ${before} MB with the objects alone\n`,
      );
    }
  }
}

const [first = "5", services, endpoints] = process.argv.slice(2);
if (services === undefined) printTable(Number(first));
else {
  const cold = measureHere(first, Number(services), Number(endpoints));
  process.stdout.write(`${JSON.stringify(cold)}\n`);
}
