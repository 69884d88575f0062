import { rename, readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fault, type Checked } from "../../../../engine/errors.js";
import { bootstrap, type NodesWanted } from "../../../../engine/control-plane/bootstrap.js";
import { Cluster } from "../../../../engine/control-plane/cluster.js";
import {
  loadSession,
  saveSession,
  type Session,
} from "../../../../engine/control-plane/session.js";
import {
  DEFAULT_SETTINGS,
  settingsFaults,
  type ClusterSettings,
} from "../../../../engine/control-plane/settings.js";
import { MemoryStore } from "../../../../engine/control-plane/store/memory.js";
import type { Io } from "../../io.js";
import { claimFile, type Release } from "./claim.js";

/** Where a lab's cluster is kept between two commands. */
export interface Lab {
  /** Takes the cluster up; where there is none yet, a new one of three nodes. */
  open(): Promise<Checked<Session | undefined>>;
  /** Puts it down again. */
  keep(session: Session): Promise<Checked<undefined>>;
  /** Keeps other commands from changing it meanwhile. */
  claim(): Promise<Checked<Release | undefined>>;
  /** Whether there is one already. */
  exists(): Promise<boolean>;
  /** What it is called in messages. */
  readonly name: string;
}

export const DEFAULT_STATE = "chainwalk-lab.json";

/** What a new cluster is made of. */
export interface NewCluster {
  readonly settings: ClusterSettings;
  readonly nodes: NodesWanted;
  readonly seed: string;
  /** Milliseconds since 1970 at which its simulated time begins. */
  readonly start: number;
}

export const DEFAULT_CLUSTER: NewCluster = {
  settings: DEFAULT_SETTINGS,
  nodes: { count: 3, master: false, externalAddresses: [], zones: [] },
  seed: "chainwalk",
  start: Date.UTC(2024, 0, 1),
};

export async function newSession(wanted: NewCluster): Promise<Checked<Session | undefined>> {
  const faults = settingsFaults(wanted.settings);
  if (faults.length > 0) return { value: undefined, faults };
  const { settings, seed, start, nodes } = wanted;
  const store = new MemoryStore();
  const cluster = await Cluster.open({ store, settings, start: { seed, now: start } });
  await bootstrap(cluster, nodes);
  return { value: { cluster, store }, faults: [] };
}

/** A cluster in a file, which is written whole or not at all. */
export function fileLab(io: Io, option: string | undefined): Lab {
  const name = option ?? io.env["CHAINWALK_LAB"] ?? DEFAULT_STATE;
  const path = resolve(io.cwd, name);
  return {
    name,
    open: async () => {
      const text = await readIfThere(path);
      if (typeof text !== "string") {
        return text === undefined ? newSession(DEFAULT_CLUSTER) : unreadable(name, text);
      }
      return loadSession(text, name);
    },
    keep: async ({ cluster, store }) => {
      try {
        await replaceFile(path, await saveSession(cluster, store));
        return { value: undefined, faults: [] };
      } catch (error) {
        return unwritable(name, error);
      }
    },
    claim: async () => {
      const claim = await claimFile(path);
      return typeof claim === "string" ? unwritable(name, claim) : { value: claim, faults: [] };
    },
    exists: async () => (await readIfThere(path)) !== undefined,
  };
}

/** A cluster that lives only as long as the program does. */
export function memoryLab(start: Session, name: string): Lab {
  return {
    name,
    open: () => Promise.resolve({ value: start, faults: [] }),
    keep: () => Promise.resolve({ value: undefined, faults: [] }),
    claim: () => Promise.resolve({ value: () => Promise.resolve(), faults: [] }),
    exists: () => Promise.resolve(true),
  };
}

/** `undefined` when there is no such file, an error when it cannot be read. */
async function readIfThere(path: string): Promise<string | Error | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * A reader sees the old file or the new one, never a part. Whoever writes has claimed it; what a
 * writer that was killed has left is overwritten.
 */
async function replaceFile(path: string, text: string): Promise<void> {
  const half = `${path}.tmp`;
  try {
    await writeFile(half, text, { flush: true });
    await rename(half, path);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
}

function unreadable(file: string, error: Error): Checked<undefined> {
  const message = `the lab's state cannot be read: ${error.message}`;
  return { value: undefined, faults: [fault("unreadable-file", message, { file })] };
}

function unwritable(file: string, error: unknown): Checked<undefined> {
  const why = error instanceof Error ? error.message : String(error);
  const message = `the lab's state cannot be written, so nothing has changed: ${why}`;
  return { value: undefined, faults: [fault("unwritable-file", message, { file })] };
}
