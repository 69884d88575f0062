import { fault, type Checked, type Fault } from "../../engine/errors.js";
import { hireCrew, type Crew } from "../jobs/crew.js";
import type { World } from "../walk/world.js";
import { INTERRUPTED } from "./faults.js";
import type { Io } from "./io.js";

/**
 * Lets a crew do the work of a command and sends it home. What goes wrong in a thread, and the
 * user's wish to stop, are faults; `value` is then `undefined`.
 */
export async function withCrew<T>(
  world: World,
  jobs: number,
  { signal }: Pick<Io, "signal">,
  work: (crew: Crew) => Promise<T>,
): Promise<Checked<T | undefined>> {
  const crew = await hireCrew(world, jobs, signal);
  try {
    return { value: await work(crew), faults: [] };
  } catch (error) {
    return { value: undefined, faults: [signal.aborted ? interrupted() : failed(error)] };
  } finally {
    await crew.leave();
  }
}

function interrupted(): Fault {
  return fault(INTERRUPTED, "stopped before the end, so there is no whole answer", {});
}

function failed(error: unknown): Fault {
  const reason = error instanceof Error ? error.message : String(error);
  return fault("worker-failed", `a thread failed: ${reason}`, { field: "--jobs" });
}
