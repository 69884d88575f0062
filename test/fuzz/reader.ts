import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LIMIT_MS } from "../support/fuzz.js";

/** What went wrong with a text; texts with the same `kind` mostly have one cause. */
export interface Trouble {
  readonly kind: string;
  readonly message: string;
}

/** What the clock on the wall shows at most; a busy machine gives a text little of its time. */
const HANG_MS = 12 * LIMIT_MS;

/** Starting a process takes long on a machine that is busy. */
const START_MS = 60_000;

/** Reads texts in a process that can be ended when one of them never comes to an end. */
export class Reader {
  #child: ChildProcess | undefined;

  async read(text: string): Promise<Trouble | undefined> {
    this.#child ??= await startChild();
    this.#child.send(text);
    const { trouble, isOver } = await answerOf(this.#child, HANG_MS);
    if (isOver) this.close();
    return trouble;
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

interface Answer {
  readonly trouble: Trouble | undefined;
  /** Whether the process is of no more use. */
  readonly isOver: boolean;
}

function answerOf(child: ChildProcess, limitMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(answer);
    };
    const giveUp = (kind: string, message: string) =>
      finish({ trouble: { kind, message }, isOver: true });
    const timer = setTimeout(() => giveUp("hang", `no end after ${limitMs} ms`), limitMs);
    child.once("message", (answer: unknown) =>
      finish({ trouble: isTrouble(answer) ? answer : undefined, isOver: false }),
    );
    child.once("exit", (code, signal) => {
      giveUp("process ended", `the process that reads ended (${signal ?? code})`);
    });
  });
}

function isTrouble(answer: unknown): answer is Trouble {
  return typeof answer === "object" && answer !== null && "kind" in answer && "message" in answer;
}

/** Waits for the first message, which tells that the process is ready. */
async function startChild(): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("child.ts", import.meta.url)), {
    execArgv: ["--max-old-space-size=1000", "--import", import.meta.resolve("tsx")],
  });
  const { trouble } = await answerOf(child, START_MS);
  if (trouble !== undefined) throw new Error(trouble.message);
  return child;
}
