#!/usr/bin/env node
import { availableParallelism } from "node:os";
import { MAX_TEXT_BYTES } from "../../engine/iptables/decode.js";
import { run } from "./run.js";
import type { Io } from "./io.js";

/** All of it, or a little more than can be used, which tells that it is too much. */
async function readStdin(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > MAX_TEXT_BYTES) break;
  }
  return Buffer.concat(chunks);
}

let interrupted: AbortController | undefined;

/** Ctrl-C ends the process at once until a command asks for this. */
function listen(): AbortSignal {
  if (interrupted !== undefined) return interrupted.signal;
  const controller = new AbortController();
  interrupted = controller;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}

let outIsClosed = false;

const io: Io = {
  stdin: readStdin,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  outIsTerminal: process.stdout.isTTY,
  errIsTerminal: process.stderr.isTTY,
  now: Date.now,
  get signal() {
    return listen();
  },
  outIsClosed: () => outIsClosed,
  cores: availableParallelism(),
};

// A reader that has seen enough (`| head`) closes the pipe; that is no fault of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  outIsClosed = true;
});
// Setting the code, not exiting: an exit here would lose what a pipe has not taken yet.
process.exitCode = await run(process.argv.slice(2), io);
