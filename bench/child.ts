/** One measurement in a process of its own: `tsx bench/child.ts JOB`, answered to the parent. */
import { readJob } from "./jobs.js";
import { take } from "./take.js";

try {
  const answer = await take(readJob(process.argv[2] ?? ""));
  process.send?.(answer);
} catch (error) {
  process.send?.({
    failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  process.exitCode = 1;
}
process.disconnect?.();
