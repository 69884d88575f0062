import { resolve } from "node:path";
import { watch } from "chokidar";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import { newConflicts } from "../../../engine/services/conflicts.js";
import type { Sync } from "../../../engine/kube-proxy/sync/types.js";
import { loadProxySetup } from "../cluster.js";
import { finish, type Context } from "../command.js";
import { reportFaults } from "../faults.js";
import { readSources } from "../files.js";
import { EXIT } from "../io.js";
import type { SyncOptions } from "./options.js";
import { changeBetween, rawObjectsIn, type RawObjects } from "./objects.js";

/** Editors write a file in several steps; what comes within this many ms is one change. */
const SETTLE_MS = 100;

/**
 * Prints a first, full restore input for the files, then one after each change of them, until it
 * is interrupted. Bad objects are reported as they come; the good ones go through.
 */
export async function follow(options: SyncOptions, context: Context): Promise<void> {
  const { io, done } = context;
  const paths = options.file ?? [];
  const setup = await loadProxySetup(options, io);
  if (paths.length === 0 || paths.includes("-")) {
    io.err("error: --follow needs files or folders to watch (-f)\n");
    return done(EXIT.usage);
  }
  reportFaults(setup.faults, io);
  const sync = createSync({ ...setup.value, style: options.style });
  let known = await take(new Map(), sync, options, context);
  if (known.size === 0) return finish(setup.faults, context);
  const watcher = watch(
    paths.map((path) => resolve(io.cwd, path)),
    { ignoreInitial: true, awaitWriteFinish: { stabilityThreshold: SETTLE_MS, pollInterval: 20 } },
  );
  // One reading at a time: a change during a reading is seen by the next.
  let reading = Promise.resolve();
  watcher.on("all", () => {
    reading = reading.then(async () => {
      known = await take(known, sync, options, context);
    });
  });
  await new Promise<void>((stop) => {
    if (io.signal.aborted) stop();
    io.signal.addEventListener("abort", () => stop(), { once: true });
  });
  await watcher.close();
  await reading;
}

/** Reads the files, hands what changed to the sync, prints what it calls for. */
async function take(
  known: RawObjects,
  sync: Sync,
  options: SyncOptions,
  { io }: Context,
): Promise<RawObjects> {
  const sources = await readSources(options.file ?? [], io);
  const { objects, faults } = rawObjectsIn(sources.value);
  reportFaults([...sources.faults, ...faults], io);
  // A file caught half-written reads as broken: what it held stays until it is whole again.
  if (faults.length > 0 && known.size > 0) return known;
  reportFaults(sync.change(changeBetween(known, objects)), io);
  const before = sync.conflicts();
  const { text } = sync.sync({ now: io.now() });
  reportFaults(newConflicts(before, sync.conflicts()), io);
  if (options.output === "json") io.out(`${JSON.stringify(text)}\n`);
  else if (text !== "") io.out(text);
  return objects;
}
