import { hasErrors, renderFault, type Fault } from "../../engine/errors.js";
import { EXIT, type ExitCode, type Io } from "./io.js";

/** Lists every fault on standard error, with a count when there are several. */
export function reportFaults(faults: readonly Fault[], io: Io): void {
  if (faults.length > 0) io.err(renderFaults(faults));
}

/** Every fault with its line and caret, and their count. */
export function renderFaults(faults: readonly Fault[]): string {
  const counts = (["error", "warning", "note"] as const).flatMap((severity) => {
    const number = faults.filter((found) => found.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}${number === 1 ? "" : "s"}`];
  });
  const summary =
    faults.length === 1 ? [] : [counts.length === 0 ? "nothing to report" : counts.join(", ")];
  return `${[...faults.map(renderFault), ...summary].join("\n")}\n`;
}

/** The code of the fault of a command that was stopped. */
export const INTERRUPTED = "interrupted";

export function exitCodeOf(faults: readonly Fault[]): ExitCode {
  if (faults.some(({ code }) => code === INTERRUPTED)) return EXIT.interrupted;
  return hasErrors(faults) ? EXIT.badInput : EXIT.done;
}
