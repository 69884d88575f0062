import type { Command } from "commander";
import { describePosition, hasErrors, type Fault } from "../../../engine/errors.js";
import { checkDump } from "../../../engine/iptables/check.js";
import { JSON_VERSION } from "../../report/json.js";
import { command, oneOf, type Context } from "../command.js";
import { renderFaults, reportFaults } from "../faults.js";
import { EXIT } from "../io.js";
import { loadDump } from "../rules/load.js";

interface CheckOptions {
  readonly output: "text" | "json";
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
    .addHelpText(
      "after",
      "\nExit code: 0 nothing wrong (notes and warnings aside), 3 errors were found.",
    )
    .action((path: string, options: CheckOptions) => runCheck(path, options, context));
}

async function runCheck(
  path: string,
  { output }: CheckOptions,
  { io, done }: Context,
): Promise<void> {
  const { value: dump, faults } = await loadDump(path, undefined, io);
  if (dump === undefined) {
    reportFaults(faults, io);
    done(EXIT.badInput);
    return;
  }
  const found = checkDump({ value: dump, faults }, { file: path });
  io.out(
    output === "json" ? `${JSON.stringify(findingsJson(found), null, 2)}\n` : renderFaults(found),
  );
  done(hasErrors(found) ? EXIT.badInput : EXIT.done);
}

function findingsJson(faults: readonly Fault[]): unknown {
  return {
    version: JSON_VERSION,
    findings: faults.map((found) => ({ ...found, position: describePosition(found.at) })),
  };
}
