import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { programOf } from "../program/link.js";
import type { World } from "../walk/world.js";
import { performer, type Answer, type Task } from "./tasks.js";
import { packWorld } from "./world.js";

/** Does tasks in one world, on one or more threads; which of them does which makes no difference. */
export interface Crew {
  readonly jobs: number;
  /** Rejects when the thread fails, or with the signal's reason once it is aborted. */
  readonly do: (task: Task) => Promise<Answer>;
  /** Ends the threads, whatever they are at. */
  readonly leave: () => Promise<void>;
}

/** With one job everything is done on the caller's own thread, which breathes between tasks. */
export async function hireCrew(world: World, jobs: number, signal: AbortSignal): Promise<Crew> {
  return jobs <= 1 ? alone(world, signal) : pool(world, jobs, signal);
}

function alone(world: World, signal: AbortSignal): Crew {
  const perform = performer(programOf(world));
  return {
    jobs: 1,
    do: async (task) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      return perform(task);
    },
    leave: () => Promise.resolve(),
  };
}

/** The worker stands beside this file, compiled as this is, or in TypeScript under tsx. */
const EXTENSION = extname(fileURLToPath(import.meta.url));
const WORKER = fileURLToPath(new URL(`./worker${EXTENSION}`, import.meta.url));

/** The pool's own code is loaded by those alone who have work for it. */
async function pool(world: World, jobs: number, signal: AbortSignal): Promise<Crew> {
  const { Piscina } = await import("piscina");
  const threads = new Piscina<Task, Answer>({
    filename: WORKER,
    minThreads: jobs,
    maxThreads: jobs,
    workerData: packWorld(world),
    ...(EXTENSION === ".ts" ? { execArgv: ["--import", import.meta.resolve("tsx")] } : {}),
  });
  return {
    jobs,
    do: (task) => threads.run(task, { signal }),
    leave: () => threads.destroy(),
  };
}

/**
 * Answers in the order of the tasks, while as many of them are under way as keep every thread busy.
 */
export async function* answersOf(crew: Crew, tasks: Iterable<Task>): AsyncGenerator<Answer> {
  const open: Promise<Answer>[] = [];
  for (const task of tasks) {
    const answer = crew.do(task);
    // Whoever waits for it hears of a failure; until then nobody does.
    answer.catch(() => undefined);
    open.push(answer);
    const first = open.length >= 2 * crew.jobs ? open.shift() : undefined;
    if (first !== undefined) yield await first;
  }
  for (const answer of open) yield await answer;
}
