/** One measurement in a process of its own: `node bench/child.js JOB`, compiled, answered to the parent. */
import { readJob } from "./jobs.js";
import { take } from "./take.js";

// Whoever asked has gone; leaving by `exit` still takes away what was written for the measurement.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
process.once("disconnect", () => process.exit());

/** The parent has the answer before the channel closes. */
function answer(message: object): void {
  process.send?.(message, undefined, undefined, () => process.disconnect());
}

try {
  answer(await take(readJob(process.argv[2] ?? "")));
} catch (error) {
  answer({ failed: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
