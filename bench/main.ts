/** `npm run bench`: proves properties on generated clusters, then times every phase on them. */
import { run } from "./run.js";

process.exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  cwd: process.cwd(),
});
