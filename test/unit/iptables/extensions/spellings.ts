import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TableName } from "../../../../engine/iptables/types.js";
import type { Family } from "../../../../engine/net/ip.js";

/** A rule as people may write it, and what becomes of it. */
export interface Spelling {
  /** `recent.rules:12`. */
  readonly at: string;
  readonly families: readonly Family[];
  readonly table: TableName;
  readonly chain: string;
  /** What follows `-A CHAIN `. */
  readonly rule: string;
  readonly outcome:
    | { readonly kind: "saved"; readonly as: string }
    | { readonly kind: "refused"; readonly because: string };
}

const FOLDER = join(import.meta.dirname, "spellings");

/**
 * The claims of `spellings/*.rules`, a file for each extension. `@ TABLE CHAIN FAMILIES` says where
 * the rules below it stand; each rule is followed by `= WORDS` as a save prints it (`=` alone: as
 * it was written) or by `! REASON` why it is refused.
 */
export function readSpellings(): ReadonlyMap<string, readonly Spelling[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".rules"));
  return new Map(files.sort().map((name) => [name, readFile(name)]));
}

function readFile(file: string): readonly Spelling[] {
  const spellings: Spelling[] = [];
  let place: Pick<Spelling, "families" | "table" | "chain"> | undefined;
  let rule: string | undefined;
  for (const [index, line] of readFileSync(join(FOLDER, file), "utf8").split("\n").entries()) {
    const at = `${file}:${index + 1}`;
    if (line.startsWith("@ ")) place = readPlace(line, at);
    else if (!line.startsWith("  ")) rule = line;
    else if (place === undefined || rule === undefined) throw new SyntaxError(`${at}: no rule`);
    else spellings.push({ at, ...place, rule, outcome: readOutcome(line.trim(), rule) });
  }
  return spellings;
}

function readPlace(line: string, at: string): Pick<Spelling, "families" | "table" | "chain"> {
  const parts = /^@ (raw|mangle|nat|filter|security) (\w+) (46|4|6)$/.exec(line);
  const table = TABLES.find((name) => name === parts?.[1]);
  if (parts === null || table === undefined) throw new SyntaxError(`${at}: no place`);
  const families = ([4, 6] as const).filter((family) => parts[3]?.includes(String(family)));
  return { table, chain: parts[2] ?? "", families };
}

const TABLES: readonly TableName[] = ["raw", "mangle", "nat", "filter", "security"];

function readOutcome(text: string, rule: string): Spelling["outcome"] {
  if (text.startsWith("!")) return { kind: "refused", because: text.slice(2) };
  return { kind: "saved", as: text === "=" ? rule : text.slice(2) };
}
