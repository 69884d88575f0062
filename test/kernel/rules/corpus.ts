import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Family } from "../../../engine/net/ip.js";
import { SHARED } from "../../support/root.js";
import type { Backend } from "./real-tools.js";

export const CORPUS = join(SHARED, "corpus");

/** A dump of the corpus, and what the index says of it. */
export interface CorpusDump {
  readonly file: string;
  readonly family: Family;
  readonly text: string;
  /** Whether the real restore takes it, with the sets that it names at hand. */
  readonly accepted: Readonly<Record<Backend, boolean>>;
}

/** All dumps of the index, in its order. */
export function readCorpus(): readonly CorpusDump[] {
  const [, ...rows] = readFileSync(join(CORPUS, "INDEX.tsv"), "utf8").trimEnd().split("\n");
  return rows.map((row) => {
    const fields = row.split("\t");
    const file = fields[0] ?? "";
    const [legacyStubs = "", nftStubs = ""] = (fields[11] ?? "").split(" | ");
    return {
      file,
      family: fields[3] === "IPv6" ? 6 : 4,
      text: readFileSync(join(CORPUS, file), "utf8"),
      accepted: {
        legacy: fields[9] === "accept" || legacyStubs === "accept",
        nft: fields[10] === "accept" || nftStubs === "accept",
      },
    };
  });
}
