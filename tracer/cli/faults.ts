import { hasErrors, renderFault, type Fault } from "../../engine/errors.js";
import { EXIT, type ExitCode, type Io } from "./io.js";

/** Lists every fault on standard error, with a count when there are several. */
export function reportFaults(faults: readonly Fault[], io: Io): void {
  if (faults.length === 0) return;
  const errors = faults.filter(({ severity }) => severity === "error").length;
  const warnings = faults.filter(({ severity }) => severity === "warning").length;
  const lines = faults.map(renderFault);
  if (faults.length > 1) lines.push(`${count(errors, "error")}, ${count(warnings, "warning")}`);
  io.err(`${lines.join("\n")}\n`);
}

export function exitCodeOf(faults: readonly Fault[]): ExitCode {
  return hasErrors(faults) ? EXIT.badInput : EXIT.done;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
