import type { Command } from "commander";
import { collect, integer, oneOf } from "../command.js";
import { addNodeOptions, JOBS_HELP, MOST_JOBS, type NodeOptions } from "../trace/options.js";
import { SOURCE_CLASSES } from "./sources.js";

export const FORMATS = ["table", "csv", "json"] as const;

/** What may be asked of `chainwalk matrix`. */
export interface MatrixOptions extends NodeOptions {
  readonly source?: readonly string[];
  readonly service?: readonly string[];
  readonly namespace?: readonly string[];
  readonly problems?: true;
  readonly each?: true;
  readonly jobs?: number;
  readonly output: (typeof FORMATS)[number];
}

export function addMatrixOptions(command: Command): Command {
  return addNodeOptions(command)
    .option(
      "--service <name>",
      "only this Service: NAMESPACE/NAME, or NAME in any namespace (may be repeated)",
      collect,
    )
    .option("-n, --namespace <name>", "only Services of this namespace (may be repeated)", collect)
    .option(
      "--source <class>",
      `only this source: ${SOURCE_CLASSES.join(", ")}, or an end as trace --from takes it (may be repeated)`,
      collect,
    )
    .option("--problems", "only what does not reach endpoints of its Service, whatever the odds")
    .option("--each", "in the table a block for each Service port, however many are alike")
    .option("--jobs <n>", JOBS_HELP, integer(1, MOST_JOBS))
    .option(
      "-o, --output <table|csv|json>",
      "for people, a line for each outcome, or an object for each cell",
      oneOf(FORMATS),
      "table",
    );
}
