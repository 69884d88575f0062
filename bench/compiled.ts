import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What a measurement runs besides its own modules. */
const OTHER_FILES = ["bench/phases/kernel-send.py"];

/**
 * Compiles what is measured into a folder of its own, as it is compiled to be published; gone when the
 * process ends. Run by tsx, loops over typed arrays would take up to a third more: tsx's loader sends
 * buffers between threads, and from then on V8 looks at each access whether the buffer is still there.
 * @throws {Error} where the sources do not compile.
 */
export function compileToMeasure(): string {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const compiler = join(dirname(manifest), "bin/tsc");
  const project = join(ROOT, "tsconfig.bench.json");
  const args = [compiler, "-p", project, "--outDir", folder];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the sources do not compile:\n${stdout}`);
  for (const name of ["node_modules", "package.json"]) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  for (const name of OTHER_FILES) cpSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** How Node is to run a script beside this module, compiled or not. */
export function scriptArguments(name: string): readonly string[] {
  const extension = extname(fileURLToPath(import.meta.url));
  const script = fileURLToPath(new URL(`${name}${extension}`, import.meta.url));
  return extension === ".ts" ? ["--import", import.meta.resolve("tsx"), script] : [script];
}
