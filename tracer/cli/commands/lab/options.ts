import { InvalidArgumentError, type Command } from "commander";
import { parseDuration } from "../../../../engine/control-plane/clock.js";

export interface NamespaceOptions {
  readonly namespace: string;
}

export function addNamespaceOption(command: Command): Command {
  return command.option("-n, --namespace <name>", "the namespace to look in", "default");
}

/** For an option or argument such as `30s`, `2m` or `1h30m`; in milliseconds. */
export function duration(text: string): number {
  const read = parseDuration(text);
  if (read === undefined) throw new InvalidArgumentError("It is a duration such as 30s or 1m30s.");
  return read;
}

/** Who acts for whoever types the commands. */
export const USER = { name: "kubectl" };

/** Simulated time that a command waits at most for something to happen; milliseconds. */
export const PATIENCE = 3_600_000;
