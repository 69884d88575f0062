/** `npm run bench`: proves properties on generated clusters, then times every phase on them. */
import { run } from "./run.js";

// A reader that has seen enough (`| head`) closes the pipe; the report may still go to a file.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
// Leaving by `exit` takes away what was compiled.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  cwd: process.cwd(),
});
