import type { Command } from "commander";
import { printDump, type DumpStyle } from "../../../engine/iptables/print.js";
import { command, finish, oneOf, type Context } from "../command.js";
import { loadDump } from "../rules/load.js";

interface FmtOptions {
  readonly style: DumpStyle;
  readonly counters?: boolean;
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
    .option("-c, --counters", "with each rule's counters before it, as iptables-save -c prints")
    .addHelpText(
      "after",
      "\nWhat cannot be understood is printed as it stands.\nExit code: 0 all was read without an error, 3 iptables-restore would refuse some of it.",
    )
    .action((path: string, options: FmtOptions) => runFmt(path, options, context));
}

async function runFmt(path: string, options: FmtOptions, context: Context): Promise<void> {
  const { value: dump, faults } = await loadDump(path, context.io);
  if (dump !== undefined) {
    const { style, counters = false } = options;
    context.io.out(printDump(dump, style, { counters }));
  }
  finish(faults, context);
}
