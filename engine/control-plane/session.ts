import { fault, type Checked } from "../errors.js";
import { withRevision } from "./api/typed.js";
import { Cluster, type ClusterState } from "./cluster.js";
import { isObject, type JsonObject } from "./json.js";
import type { Plural } from "./objects.js";
import type { NetworkView } from "./proxy/network-view.js";
import type { ProxiesState, ProxyState } from "./proxy/proxies.js";
import type { ClusterSettings } from "./settings.js";
import { MemoryStore, type StoreSnapshot } from "./store/memory.js";

const FORMAT = "chainwalk-lab";
const VERSION = 2;

/** A cluster put down in one file: what is in it decides its whole future. */
interface SessionFile extends Omit<ClusterState, "proxies"> {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly settings: ClusterSettings;
  readonly store: StoreSnapshot;
  readonly proxies: SavedProxies;
}

/** Proxies, with the views that they share written once. */
interface SavedProxies {
  /** Views older than the present one; the present one is the store's own content. */
  readonly views: readonly NetworkView[];
  readonly currentRevision: number;
  readonly told: readonly string[];
  readonly states: Readonly<Record<string, SavedProxy>>;
}

/** A view is told by its place among `views`, or by -1: the present one. */
interface SavedProxy {
  readonly programmed: number;
  readonly writing?: { readonly view: number; readonly until: number };
  readonly lastSync?: number;
}

/** The whole cluster as text. History that no watcher needs any more is left out. */
export async function saveSession(cluster: Cluster, store: MemoryStore): Promise<string> {
  await store.compact(await store.revision());
  const { proxies, ...state } = cluster.state();
  const file: SessionFile = {
    format: FORMAT,
    version: VERSION,
    settings: cluster.settings,
    ...state,
    proxies: saveProxies(proxies),
    store: store.snapshot(),
  };
  return `${JSON.stringify(file)}\n`;
}

function saveProxies({ states, current, told }: ProxiesState): SavedProxies {
  const views: NetworkView[] = [];
  const place = (view: NetworkView): number => {
    if (view === current) return -1;
    if (!views.includes(view)) views.push(view);
    return views.indexOf(view);
  };
  const saved = [...states].map(([name, { programmed, writing, lastSync }]) => {
    const proxy: SavedProxy = {
      programmed: place(programmed),
      ...(writing === undefined
        ? {}
        : { writing: { view: place(writing.view), until: writing.until } }),
      ...(lastSync === undefined ? {} : { lastSync }),
    };
    return [name, proxy] as const;
  });
  const currentRevision = current?.revision ?? 0;
  return { views, currentRevision, told, states: Object.fromEntries(saved) };
}

export interface Session {
  readonly cluster: Cluster;
  readonly store: MemoryStore;
}

/** Takes a cluster up again where `saveSession` put it down. */
export async function loadSession(
  text: string,
  file: string,
): Promise<Checked<Session | undefined>> {
  const read = readSessionFile(text);
  if (typeof read === "string") {
    return { value: undefined, faults: [fault("bad-session", read, { file })] };
  }
  try {
    return { value: await restore(read), faults: [] };
  } catch (error) {
    // Every part is there, but something within one is not as it was written.
    const why = error instanceof Error ? error.message : String(error);
    const message = `the session was damaged or edited: ${why}`;
    return { value: undefined, faults: [fault("bad-session", message, { file })] };
  }
}

async function restore({ settings, proxies, ...state }: SessionFile): Promise<Session> {
  const store = MemoryStore.restore(state.store);
  const start = { ...state, proxies: loadProxies(proxies, state.store) };
  const cluster = await Cluster.open({ store, settings, start });
  return { cluster, store };
}

/** The file is this program's own, so only what can happen to files is looked for. */
function readSessionFile(text: string): SessionFile | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "the file is no JSON, so it is no lab session, or was cut off";
  }
  if (!isObject(value) || value["format"] !== FORMAT) return "the file is no lab session";
  if (value["version"] !== VERSION) {
    return `the session has format version ${JSON.stringify(value["version"])}; this program knows ${VERSION}`;
  }
  return isSessionFile(value) ? value : "the session lacks a part; it was damaged or edited";
}

const PARTS = ["settings", "now", "random", "work", "machines", "journal", "proxies", "store"];

function isSessionFile(value: object): value is SessionFile {
  return PARTS.every((part) => part in value);
}

function loadProxies(saved: SavedProxies, store: StoreSnapshot): ProxiesState {
  const current: NetworkView = {
    revision: saved.currentRevision,
    services: storedObjects("services", store).map(([value, at]) =>
      withRevision("services", value, at),
    ),
    slices: storedObjects("endpointslices", store).map(([value, at]) =>
      withRevision("endpointslices", value, at),
    ),
    nodes: storedObjects("nodes", store).map(([value, at]) => withRevision("nodes", value, at)),
  };
  const viewAt = (place: number): NetworkView => saved.views[place] ?? current;
  const states = new Map<string, ProxyState>();
  for (const [name, { programmed, writing, lastSync }] of Object.entries(saved.states)) {
    states.set(name, {
      programmed: viewAt(programmed),
      writing:
        writing === undefined ? undefined : { view: viewAt(writing.view), until: writing.until },
      lastSync,
    });
  }
  return { states, current, told: saved.told };
}

/** A saved store has no history, so its base is its content. */
function storedObjects(
  plural: Plural,
  store: StoreSnapshot,
): readonly (readonly [value: JsonObject, revision: number])[] {
  const prefix = `/registry/${plural}/`;
  return store.base
    .filter((item) => item.key.startsWith(prefix))
    .map((item) => [item.value, item.modRevision] as const);
}
