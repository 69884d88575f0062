import type { Command } from "commander";
import { fault, hasErrors } from "../../../engine/errors.js";
import { diffRulesets } from "../../../engine/iptables/diff.js";
import { lastRuleset, type Backend, type Dump } from "../../../engine/iptables/parse.js";
import type { Family } from "../../../engine/net/ip.js";
import { diffJson, diffText } from "../../report/diff.js";
import { command, oneOf, type Context } from "../command.js";
import { reportFaults } from "../faults.js";
import { EXIT } from "../io.js";
import { loadDump } from "../rules/load.js";
import { styleFor } from "../style.js";

interface DiffOptions {
  readonly output: "text" | "json";
}

export function diffCommand(context: Context): Command {
  return command("diff", "compare two dumps by what the kernel would hold, rule by rule")
    .argument("<before>", "iptables-save output or iptables-restore input; - for standard input")
    .argument("<after>", "the same")
    .option(
      "-o, --output <text|json>",
      "how to print the differences",
      oneOf(["text", "json"]),
      "text",
    )
    .addHelpText(
      "after",
      "\nChains that differ, rule by rule with its number in the chain: - gone, + new, ~ elsewhere.\nCounters, comments' quotes, the order of chains and other spellings do not count.\nExit code: 0 the same, 1 they differ, 3 bad input.",
    )
    .action((before: string, after: string, options: DiffOptions) =>
      runDiff(before, after, options, context),
    );
}

async function runDiff(
  before: string,
  after: string,
  { output }: DiffOptions,
  { io, done }: Context,
): Promise<void> {
  if (before === "-" && after === "-") {
    reportFaults([fault("standard-input-twice", "standard input can be read only once", {})], io);
    done(EXIT.usage);
    return;
  }
  const left = await loadDump(before, io);
  const right = await loadDump(after, io);
  const faults = [...left.faults, ...right.faults];
  reportFaults(faults, io);
  if (left.value === undefined || right.value === undefined) {
    done(EXIT.badInput);
    return;
  }
  const [dump, other] = [left.value, right.value];
  const diffs = partsOf(dump, other).map(({ family, backend }) => ({
    family,
    backend,
    diff: diffRulesets(lastRuleset(dump, family, backend), lastRuleset(other, family, backend)),
  }));
  if (output === "json") io.out(`${JSON.stringify(diffJson(diffs), null, 2)}\n`);
  else
    for (const { family, backend, diff } of diffs) {
      const part = backend === undefined ? `IPv${family}` : `IPv${family}, ${backend}`;
      io.out(`${diffs.length > 1 ? `${part}\n` : ""}${diffText(diff, family, styleFor(io))}`);
    }
  const same = diffs.every(({ diff }) => diff.same);
  done(hasErrors(faults) ? EXIT.badInput : same ? EXIT.done : EXIT.differs);
}

interface Part {
  readonly family: Family;
  readonly backend: Backend | undefined;
}

/**
 * What is compared by itself: each family, and where a dump holds rules of both backends, which the
 * kernel has side by side, each backend of it. Dumps of one backend each are compared as they are.
 */
function partsOf(...dumps: readonly Dump[]): readonly Part[] {
  return ([4, 6] as const).flatMap((family): readonly Part[] => {
    const backends = dumps.map(
      ({ sections }) =>
        new Set(sections.filter((one) => one.family === family).map(({ backend }) => backend)),
    );
    if (backends.every(({ size }) => size === 0)) return [];
    const isUnsure = backends.some((found) => found.has(undefined));
    if (isUnsure || !backends.some(({ size }) => size === 2)) {
      return [{ family, backend: undefined }];
    }
    return (["legacy", "nft"] as const).map((backend) => ({ family, backend }));
  });
}
