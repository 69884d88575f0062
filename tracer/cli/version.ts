import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Of package.json, found by the package's own name: the same from a checkout and when installed. */
export function readVersion(): string {
  const path = createRequire(import.meta.url).resolve("chainwalk/package.json");
  const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
  const found = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return found ? String(manifest.version) : "unknown";
}
