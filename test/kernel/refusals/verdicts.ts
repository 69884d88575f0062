import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mode } from "./differences.js";

export interface Verdict {
  readonly accepted: boolean;
  /** What the tool said. */
  readonly message: string;
}

const COMMANDS: Readonly<Record<Mode, string>> = {
  "legacy --test": "iptables-legacy-restore --test",
  "legacy load": "iptables-legacy-restore",
  "nft --test": "iptables-nft-restore --test",
  "nft load": "iptables-nft-restore",
};

/**
 * What the real tool says to each text, one after the other in one fresh network namespace. Loading
 * a text flushes the tables that it names, so that none depends on those before it.
 */
export function verdictsOf(texts: readonly string[], mode: Mode): readonly Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-refusals-"));
  try {
    texts.forEach((text, at) => writeFileSync(join(folder, `${at}.rules`), text));
    const script = [
      `cd "${folder}"`,
      `for at in $(seq 0 ${texts.length - 1}); do`,
      `  timeout 20 ${COMMANDS[mode]} < $at.rules > said 2>&1`,
      `  printf '%s\\t%s\\n' $? "$(tr '\\n\\r\\t' '   ' < said | cut -c1-300)"`,
      "done",
    ].join("\n");
    const run = spawnSync("unshare", ["--net", "sh", "-c", script], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    return run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [status, message = ""] = line.split("\t");
        return { accepted: status === "0", message };
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
