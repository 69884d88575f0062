import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { MATCHES } from "../../../engine/iptables/extensions/matches.js";
import { TARGETS } from "../../../engine/iptables/extensions/targets.js";
import { knownMatch, knownTarget } from "../../../engine/iptables/parse/registry.js";
import type { Family } from "../../../engine/net/ip.js";
import { whyNot } from "./real-tools.js";

const FAMILIES: readonly Family[] = [4, 6];

/** What the real tool's own help says of an extension, behind what it says of all rules. */
function helpOf(family: Family, kind: "-m" | "-j", name: string): string {
  const tool = family === 4 ? "iptables-nft" : "ip6tables-nft";
  const { stdout } = spawnSync(tool, [kind, name, "-h"], { encoding: "utf8" });
  return stdout.split("print package version.").at(-1) ?? "";
}

function optionsIn(help: string): readonly string[] {
  return [...new Set(help.match(/(?<![\w-])--[a-z][\w-]*/g) ?? [])];
}

function negatedIn(help: string): readonly string[] {
  return [...help.matchAll(/\[!\]\s+(--[a-z][\w-]*)/g)].map((found) => found[1] ?? "");
}

describe(
  "every option that the help of an extension names is in its table, and its negation",
  { skip: whyNot() },
  () => {
    for (const family of FAMILIES) {
      for (const [kind, tables] of [
        ["-m", MATCHES],
        ["-j", TARGETS],
      ] as const) {
        it(`of ${kind} for IPv${family}`, () => {
          const missing: string[] = [];
          let seen = 0;
          for (const { name, families } of tables) {
            if (!families.some((each) => each === family)) continue;
            const known = kind === "-m" ? knownMatch(name, family) : knownTarget(name, family);
            const help = helpOf(family, kind, name);
            const named = optionsIn(help);
            seen += named.length;
            const unknown = named.filter((option) => known?.flags.has(option) !== true);
            const firm = negatedIn(help).filter((flag) => {
              const option = known?.flags.get(flag)?.option;
              return option?.negatable !== true && option?.collect === undefined;
            });
            missing.push(
              ...unknown.map((option) => `${kind} ${name} ${option}`),
              ...firm.map((option) => `${kind} ${name} ! ${option}`),
            );
          }
          assert.ok(seen > 50, "helps have been read");
          assert.deepEqual(missing, []);
        });
      }
    }
  },
);
