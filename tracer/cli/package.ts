import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** package.json, found by the package's own name: the same from a checkout and when installed. */
function manifestPath(): string {
  return createRequire(import.meta.url).resolve("chainwalk/package.json");
}

export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(manifestPath(), "utf8"));
  const found = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return found ? String(manifest.version) : "unknown";
}

/** A folder of the examples that come with the package. */
export function exampleFolder(name: string): string {
  return join(dirname(manifestPath()), "examples", name);
}
