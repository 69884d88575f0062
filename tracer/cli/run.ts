import { Command, CommanderError } from "commander";
import { checkCommand } from "./commands/check.js";
import { compileCommand } from "./commands/compile.js";
import { demoCommand } from "./commands/demo.js";
import { diffCommand } from "./commands/diff.js";
import { explainCommand } from "./commands/explain.js";
import { fmtCommand } from "./commands/fmt.js";
import { matrixCommand } from "./commands/matrix.js";
import { sizeCommand } from "./commands/size.js";
import { snapshotCommand } from "./commands/snapshot.js";
import { syncCommand } from "./commands/sync.js";
import { traceCommand } from "./commands/trace.js";
import { labCommand } from "./commands/lab/lab.js";
import type { Context } from "./command.js";
import { EXIT, type Io } from "./io.js";
import { readVersion } from "./package.js";

/** Runs one command line; resolves to its exit code and never throws for what a user may do. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done;
  const context: Context = {
    io,
    done: (code) => {
      exitCode = code;
    },
  };
  const program = new Command("chainwalk")
    .description(
      "Turns Kubernetes Services into kube-proxy's iptables chains, and walks packets " +
        "through them, or through any iptables-save dump, the way the Linux kernel would.",
    )
    .version(readVersion())
    .addCommand(compileCommand(context))
    .addCommand(traceCommand(context))
    .addCommand(explainCommand(context))
    .addCommand(matrixCommand(context))
    .addCommand(sizeCommand(context))
    .addCommand(checkCommand(context))
    .addCommand(diffCommand(context))
    .addCommand(fmtCommand(context))
    .addCommand(syncCommand(context))
    .addCommand(snapshotCommand(context))
    .addCommand(demoCommand(context, run))
    .addCommand(labCommand(context));
  settle(program, io);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw error;
  }
}

/** Output goes through `io` and no command ends the process, at every depth of sub-commands. */
function settle(command: Command, io: Io): void {
  command
    .exitOverride()
    .showHelpAfterError("(add --help for the options)")
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  for (const child of command.commands) settle(child, io);
}
