/** The kept texts: each a few lines that once broke a promise or are likely to. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const CORPUS = join(import.meta.dirname, "corpus");

export interface KeptText {
  readonly name: string;
  readonly text: string;
}

export function keptTexts(): readonly KeptText[] {
  return readdirSync(CORPUS)
    .sort()
    .map((name) => ({ name, text: readFileSync(join(CORPUS, name), "utf8") }));
}

/** A file's name for a find, to be given a better one by who looks into it. */
export function findName(kind: string, text: string): string {
  const words = kind.toLowerCase().replaceAll(/[^a-z]+/g, "-");
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
  return `found-${words.slice(0, 40)}-${digest}.rules`;
}
