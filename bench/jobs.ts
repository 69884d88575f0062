import { fork } from "node:child_process";
import { join } from "node:path";
import { isPhaseName, numberOf, objectOf, readResult, textOf } from "./read-report.js";
import type { Job } from "./take.js";
import type { NotHere, Result } from "./types.js";

/**
 * Takes one measurement in a process of its own, so that no phase pays for the memory or the warm-up
 * of another. `folder`: where `compileToMeasure` has put it.
 * @throws {Error} where the phase's result is not right, or the process ends without an answer.
 */
export async function takeApart(job: Job, folder: string): Promise<Result | NotHere> {
  const answer = await askChild(job, folder);
  const raw = objectOf(answer, "the answer of a measurement");
  if ("failed" in raw) throw new Error(textOf(raw, "failed"));
  if ("notHere" in raw) return { notHere: textOf(raw, "notHere") };
  return readResult(raw);
}

function askChild(job: Job, folder: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(join(folder, "bench/child.js"), [JSON.stringify(job)], {
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    let answer: unknown;
    child.on("message", (message: unknown) => {
      answer = message;
    });
    child.on("error", reject);
    child.on("exit", (code, killed) => {
      if (answer === undefined) {
        reject(new Error(`the process that measured ended (${killed ?? code}) without an answer`));
      } else {
        resolve(answer);
      }
    });
  });
}

/** @throws {TypeError} in one sentence, where the text is no job. */
export function readJob(text: string): Job {
  const raw = objectOf(JSON.parse(text), "a job");
  const phase = textOf(raw, "phase");
  if (!isPhaseName(phase)) throw new TypeError(`there is no phase ${phase}`);
  const size = objectOf(raw["size"], "size");
  const rounds = objectOf(raw["rounds"], "rounds");
  return {
    phase,
    seed: numberOf(raw, "seed"),
    size: { services: numberOf(size, "services"), endpoints: numberOf(size, "endpoints") },
    rounds: { least: numberOf(rounds, "least"), budgetMs: numberOf(rounds, "budgetMs") },
  };
}
