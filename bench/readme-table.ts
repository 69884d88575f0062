/** Rewrites the figures in bench/README.md: `npx tsx bench/readme-table.ts FILE`, of a `--json`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readReport } from "./read-report.js";
import { withFigures } from "./report/markdown.js";

const README = fileURLToPath(new URL("README.md", import.meta.url));

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: npx tsx bench/readme-table.ts FILE\n");
  process.exitCode = 2;
} else {
  const report = readReport(readFileSync(file, "utf8"));
  writeFileSync(README, withFigures(readFileSync(README, "utf8"), report));
}
