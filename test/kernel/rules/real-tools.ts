import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SetReference } from "../../../engine/iptables/extensions/set-reference.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";

export const BACKENDS = ["legacy", "nft"] as const;
export type Backend = (typeof BACKENDS)[number];

/** Why nothing can be tried here, or `false`. */
export function whyNot(): string | false {
  if (process.getuid?.() !== 0) return "needs root, to make network namespaces";
  const tools = ["unshare", "ipset", ...restoreTools()];
  const found = spawnSync(
    "sh",
    ["-c", 'for t; do command -v "$t" || echo "no $t"; done', "sh", ...tools],
    {
      encoding: "utf8",
    },
  );
  const absent = /^no (.*)$/m.exec(found.stdout);
  if (absent !== null) return `needs ${absent[1]} (Debian packages iptables and ipset)`;
  const trial = spawnSync("unshare", ["--net", "true"], { encoding: "utf8" });
  return trial.status === 0 ? false : `cannot make a network namespace: ${trial.stderr.trim()}`;
}

function restoreTools(): readonly string[] {
  return BACKENDS.flatMap((backend) => [tool(4, backend, "restore"), tool(6, backend, "restore")]);
}

function tool(family: Family, backend: Backend, what: "restore" | "save"): string {
  return `${family === 4 ? "iptables" : "ip6tables"}-${backend}-${what}`;
}

export type Outcome =
  | { readonly accepted: true; readonly saved: string }
  | { readonly accepted: false; readonly message: string };

export interface Trial {
  readonly family: Family;
  readonly backend: Backend;
  /** The restore input. */
  readonly text: string;
  /** Lines for `ipset restore`, carried out before. */
  readonly sets: readonly string[];
}

const STAGES: ReadonlyMap<number | null, string> = new Map([
  [97, "ipset"],
  [98, "restore"],
  [99, "save"],
]);

/** Loads rules into a fresh network namespace and saves them there. */
export function loadAndSave({ family, backend, text, sets }: Trial): Outcome {
  const script = [
    'printf "%s" "$SETS" | ipset restore || exit 97',
    '"$1" || exit 98',
    '"$2" || exit 99',
  ].join("\n");
  const [restore, save] = [tool(family, backend, "restore"), tool(family, backend, "save")];
  const run = spawnSync("unshare", ["--net", "sh", "-c", script, "sh", restore, save], {
    input: text,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, SETS: sets.map((line) => `${line}\n`).join("") },
  });
  if (run.status === 0) return { accepted: true, saved: run.stdout };
  const stage = STAGES.get(run.status) ?? "unshare";
  return { accepted: false, message: `${stage}: ${run.stderr.trim() || String(run.error ?? "")}` };
}

export interface Trials extends Pick<Trial, "family" | "backend" | "sets"> {
  /** Each loaded by itself, the tables that it names emptied before. */
  readonly texts: readonly string[];
}

const SEPARATOR = "\u0001";

/** As `loadAndSave` of each text, all in one namespace: many times as fast. */
export function loadEach({ family, backend, sets, texts }: Trials): readonly Outcome[] {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-rules-"));
  try {
    texts.forEach((text, at) => writeFileSync(join(folder, `${at}`), text));
    const script = [
      `cd "${folder}"`,
      'printf "%s" "$SETS" | ipset restore -exist',
      `for at in $(seq 0 ${texts.length - 1}); do`,
      '  if timeout 20 "$1" < $at > said 2>&1; then printf "+"; "$2"; else printf "-"; cat said; fi',
      `  printf '\\001'`,
      "done",
    ].join("\n");
    const [restore, save] = [tool(family, backend, "restore"), tool(family, backend, "save")];
    const run = spawnSync("unshare", ["--net", "sh", "-c", script, "sh", restore, save], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: { ...process.env, SETS: sets.map((line) => `${line}\n`).join("") },
    });
    const told = run.stdout.split(SEPARATOR).slice(0, -1);
    return told.map((each) =>
      each.startsWith("+")
        ? { accepted: true, saved: each.slice(1) }
        : { accepted: false, message: each.slice(1).trim() },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The lines of each table, without banner and counters. */
export function tablesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) {
      lines = [];
      tables.set(line.slice(1), lines);
    } else if (line !== "" && !line.startsWith("#")) {
      lines.push(line.startsWith(":") ? line.replace(/ \[\d+:\d+\]$/, "") : line);
    }
  }
  return tables;
}

/** Sets that let all rules of a ruleset load, each with as many dimensions as it is asked for. */
export function setsFor(ruleset: Ruleset): readonly string[] {
  const found = new Map<string, SetReference>();
  for (const table of ruleset.tables.values()) {
    for (const { matches, target } of [...table.chains.values()].flatMap(({ rules }) => rules)) {
      for (const match of matches) {
        if (match.name === "set" && match.matchSet !== undefined) {
          found.set(match.matchSet.value.set, match.matchSet.value);
        }
      }
      if (target?.name !== "SET") continue;
      for (const reference of [target.addSet, target.delSet, target.mapSet]) {
        if (reference !== undefined) found.set(reference.set, reference);
      }
    }
  }
  const family = ruleset.family === 4 ? "inet" : "inet6";
  return [...found.values()].map(
    ({ set, parts }) =>
      `create ${set} ${SET_TYPES[Math.min(parts.length, 3) - 1] ?? "hash:ip"} family ${family} counters skbinfo timeout 0`,
  );
}

const SET_TYPES = ["hash:ip", "hash:ip,port", "hash:ip,port,ip"] as const;
