import type { Command } from "commander";
import { printRuleset } from "../../../engine/iptables/print.js";
import { command, finish, oneOf, type Context } from "../command.js";
import { loadDump } from "../rules/load.js";

interface FmtOptions {
  readonly style: "save" | "lossless" | "kube-proxy";
}

export function fmtCommand(context: Context): Command {
  return command("fmt", "print a dump again: as iptables-save would after loading it, or unchanged")
    .argument("<dump>", "iptables-save output or iptables-restore input; - for standard input")
    .option(
      "--style <style>",
      "save: as iptables-save 1.8.9 prints; lossless: the source's own words; kube-proxy: as kube-proxy hands to the restore",
      oneOf(["save", "lossless", "kube-proxy"]),
      "save",
    )
    .action((path: string, options: FmtOptions) => runFmt(path, options, context));
}

async function runFmt(path: string, { style }: FmtOptions, context: Context): Promise<void> {
  const { value: dump, faults } = await loadDump(path, undefined, context.io);
  if (dump !== undefined) {
    const text =
      style === "lossless"
        ? dump.text
        : dump.sections.map(({ ruleset }) => printRuleset(ruleset, style)).join("");
    context.io.out(text);
  }
  finish(faults, context);
}
