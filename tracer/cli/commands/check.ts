import type { Command } from "commander";
import { hasErrors } from "../../../engine/errors.js";
import { checkDump } from "../../../engine/iptables/check.js";
import { findingsJson, findingsText } from "../../report/findings.js";
import { command, oneOf, type Context } from "../command.js";
import { reportFaults } from "../faults.js";
import { EXIT } from "../io.js";
import { loadDump } from "../rules/load.js";

interface CheckOptions {
  readonly output: "text" | "json";
  readonly all?: boolean;
}

export function checkCommand(context: Context): Command {
  return command(
    "check",
    "say what is wrong with a dump: what the kernel refuses, what cannot work",
  )
    .argument("<dump>", "iptables-save output or iptables-restore input; - for standard input")
    .option(
      "-o, --output <text|json>",
      "how to print the findings",
      oneOf(["text", "json"]),
      "text",
    )
    .option(
      "--all",
      "every finding with its line, where otherwise what repeats itself is summed up",
    )
    .addHelpText(
      "after",
      "\nFindings are errors (iptables-restore or the kernel refuses the rules), warnings (they load and\nvery likely do not do what was meant) and notes, the worst first and the rare before the common;\n-o json has all of them, by line.\nExit code: 0 nothing wrong (notes and warnings aside), 3 errors were found.",
    )
    .action((path: string, options: CheckOptions) => runCheck(path, options, context));
}

async function runCheck(
  path: string,
  { output, all = false }: CheckOptions,
  { io, done }: Context,
): Promise<void> {
  const { value: dump, faults } = await loadDump(path, io);
  if (dump === undefined) {
    reportFaults(faults, io);
    done(EXIT.badInput);
    return;
  }
  const found = checkDump({ value: dump, faults }, { file: path });
  io.out(
    output === "json"
      ? `${JSON.stringify(findingsJson(found), null, 2)}\n`
      : findingsText(found, { all }),
  );
  done(hasErrors(found) ? EXIT.badInput : EXIT.done);
}
