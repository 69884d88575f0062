import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a packet's journey left behind: all bytes are hexadecimal. */
export interface Sighting {
  /** The errno by name when the node itself could not send it. */
  readonly failure: string | null;
  readonly trace: readonly string[];
  readonly caught: readonly { readonly end: string; readonly packet: string }[];
  readonly delivered: readonly string[];
}

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type HelperRequest =
  | {
      readonly op: "wire";
      readonly end: string;
      readonly device: string;
      readonly quiet: boolean;
    }
  | { readonly op: "run"; readonly argv: readonly string[]; readonly stdin?: string }
  | { readonly op: "send"; readonly from: string | null; readonly packets: readonly string[] }
  | { readonly op: "send-many"; readonly from: string; readonly packets: readonly string[] }
  | { readonly op: "hear" }
  | { readonly op: "listen"; readonly family: 4 | 6; readonly port: number }
  | { readonly op: "netlink"; readonly message: string }
  | { readonly op: "trace"; readonly messages: readonly string[] }
  | { readonly op: "read"; readonly path: string }
  | { readonly op: "write"; readonly path: string; readonly text: string };

/** The long-lived process that holds the namespaces (`inject.py`); requests are answered in order. */
export class Helper {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #complaints = "";
  #queue: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#child = spawn(pythonPath(), [join(import.meta.dirname, "inject.py")]);
    this.#child.stderr.setEncoding("utf8");
    this.#child.stderr.on("data", (text: string) => (this.#complaints += text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Sends requests as one line; throws when any of them could not be carried out. */
  ask(requests: readonly HelperRequest[]): Promise<readonly unknown[]> {
    const answer = this.#queue.then(() => this.#exchange(requests));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  async #exchange(requests: readonly HelperRequest[]): Promise<readonly unknown[]> {
    this.#child.stdin.write(`${JSON.stringify(requests)}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`the packet helper ended: ${this.#complaints}`);
    const answers: unknown = JSON.parse(line.value);
    if (!Array.isArray(answers)) throw new Error("the packet helper answered no list");
    for (const answer of answers) {
      if (isRecord(answer) && typeof answer["problem"] === "string") {
        throw new Error(answer["problem"]);
      }
    }
    return answers;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    await ended;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The distribution's own interpreter, where there is one, starts faster than a version manager's. */
export function pythonPath(): string {
  return existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
}
