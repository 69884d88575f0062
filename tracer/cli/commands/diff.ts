import type { Command } from "commander";
import { fault, hasErrors } from "../../../engine/errors.js";
import { diffRulesets } from "../../../engine/iptables/diff.js";
import { lastRuleset, type Dump } from "../../../engine/iptables/parse.js";
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
  const diffs = familiesOf(dump, other).map((family) => ({
    family,
    diff: diffRulesets(lastRuleset(dump, family), lastRuleset(other, family)),
  }));
  if (output === "json") io.out(`${JSON.stringify(diffJson(diffs), null, 2)}\n`);
  else
    for (const { family, diff } of diffs)
      io.out(`${diffs.length > 1 ? `IPv${family}\n` : ""}${diffText(diff, family, styleFor(io))}`);
  const same = diffs.every(({ diff }) => diff.same);
  done(hasErrors(faults) ? EXIT.badInput : same ? EXIT.done : EXIT.differs);
}

function familiesOf(...dumps: readonly Dump[]): readonly Family[] {
  const families = new Set(dumps.flatMap(({ sections }) => sections.map(({ family }) => family)));
  return ([4, 6] as const).filter((family) => families.has(family));
}
