import { open, readFile, rm, stat } from "node:fs/promises";

/** Gives a claim up. */
export type Release = () => Promise<void>;

/** How long a command waits for another to finish; milliseconds. */
const PATIENCE = 15_000;
const BETWEEN_TRIES = 40;
/** A lock that nobody has written its number into for so long was left behind. */
const UNWRITTEN = 5000;

/**
 * Claims a file for one process at a time, by a file beside it that holds the process's number. A
 * claim of a process that is no more counts for nothing. The sentence: why it cannot be had.
 */
export async function claimFile(path: string): Promise<Release | string> {
  const lock = `${path}.lock`;
  const giveUp = Date.now() + PATIENCE;
  for (;;) {
    const taken = await take(lock);
    if (taken === "taken") return () => rm(lock, { force: true });
    if (taken !== "held") return taken;
    const holder = await holderOf(lock);
    if (holder.kind === "gone") await rm(lock, { force: true });
    else if (Date.now() > giveUp) return `process ${holder.process} is using it`;
    else await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES));
  }
}

/** `held`: somebody else has it; any other word is why it cannot be written. */
async function take(lock: string): Promise<string> {
  try {
    const file = await open(lock, "wx");
    await file.writeFile(`${process.pid}\n`);
    await file.close();
    return "taken";
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    return "code" in error && error.code === "EEXIST" ? "held" : error.message;
  }
}

async function holderOf(lock: string) {
  const gone = { kind: "gone" } as const;
  try {
    const number = Number.parseInt(await readFile(lock, "utf8"), 10);
    if (Number.isNaN(number)) {
      const age = Date.now() - (await stat(lock)).mtimeMs;
      return age > UNWRITTEN ? gone : ({ kind: "held", process: "?" } as const);
    }
    return isAlive(number) ? ({ kind: "held", process: String(number) } as const) : gone;
  } catch {
    // It was given up meanwhile; removing what is not there does no harm.
    return gone;
  }
}

function isAlive(number: number): boolean {
  try {
    process.kill(number, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
