import { existsSync } from "node:fs";
import { join } from "node:path";

/** The repository's root. */
export const ROOT = join(import.meta.dirname, "..", "..");

/** Reference material that lies beside the repository and is never copied into it. */
export const SHARED = join(ROOT, "..", "shared");

/** For a test's `skip`: `false` where the path is there, else the reason in words. */
export function skipWithout(path: string): string | false {
  return existsSync(path) ? false : `${path} is not there`;
}
