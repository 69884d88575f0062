import type { Command } from "commander";
import type { Fault } from "../../../../engine/errors.js";
import { hasErrors } from "../../../../engine/errors.js";
import type { Session } from "../../../../engine/control-plane/session.js";
import { EXIT, type Io } from "../../io.js";
import type { Context } from "../../command.js";
import type { Lab } from "./session.js";

/** What every lab command is given. */
export interface LabContext extends Context {
  /** The lab that the command line names; `command` is the one that runs. */
  readonly lab: (command: Command) => Lab;
}

/** What a command comes to. */
export interface Result {
  readonly faults: readonly Fault[];
  /** Whether the cluster is to be kept as it now is. */
  readonly changed: boolean;
}

export const UNCHANGED: Result = { faults: [], changed: false };
export const CHANGED: Result = { faults: [], changed: true };

export function failed(faults: readonly Fault[]): Result {
  return { faults, changed: false };
}

/** Runs a command's work on the lab's cluster, alone, and keeps what came of it. */
export async function onCluster(
  context: LabContext,
  command: Command,
  work: (session: Session) => Promise<Result>,
): Promise<void> {
  await claimed(context, context.lab(command), async (lab) => {
    const opened = await lab.open();
    if (opened.value === undefined) return opened.faults;
    const { faults, changed } = await work(opened.value);
    const kept = changed ? await lab.keep(opened.value) : { faults: [] };
    return [...faults, ...kept.faults];
  });
}

/** Does something with a lab that no other command may change meanwhile, and reports the faults. */
export async function claimed(
  context: LabContext,
  lab: Lab,
  work: (lab: Lab) => Promise<readonly Fault[]>,
): Promise<void> {
  const claim = await lab.claim();
  if (claim.value === undefined) {
    report(claim.faults, context);
    return;
  }
  try {
    report(await work(lab), context);
  } finally {
    await claim.value();
  }
}

/** Runs a command that only looks: it sees the cluster as it was last kept, whoever is at work. */
export async function lookAtCluster(
  context: LabContext,
  command: Command,
  work: (session: Session) => Promise<readonly Fault[]> | readonly Fault[],
): Promise<void> {
  const opened = await context.lab(command).open();
  report(opened.value === undefined ? opened.faults : await work(opened.value), context);
}

/** Faults that do not name the file that they are about. */
const OF_FILES: ReadonlySet<string> = new Set(["unreadable-file", "empty-folder", "bad-session"]);

/** Kubernetes' messages speak for themselves: they are printed as kubectl does. */
export function report(faults: readonly Fault[], { io, done }: Context): void {
  for (const { code, message, at } of faults) {
    const place = at.line === undefined ? "" : ` (${at.file ?? ""}:${at.line}:${at.column ?? 1})`;
    const lead = OF_FILES.has(code) && at.file !== undefined ? `${at.file}: ` : "";
    io.err(`${lead}${message}${place}\n`);
  }
  done(hasErrors(faults) ? EXIT.badInput : EXIT.done);
}

/** Tells on standard error that time stands still while there is something to happen. */
export function hintAtTime({ cluster }: Session, io: Io): void {
  if (cluster.isAtRest) return;
  io.err("(time stands still while work is waiting: `chainwalk lab tick` lets it pass)\n");
}
