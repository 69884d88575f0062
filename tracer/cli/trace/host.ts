import { hasErrors, type Checked, type Fault } from "../../../engine/errors.js";
import type { NodeObject } from "../../../engine/kubernetes/types.js";
import { defaultHost } from "../../host/default-host.js";
import { hostOfNodes, type NodeObject as RawNode } from "../../host/from-nodes.js";
import { readHost, type HostText } from "../../host/read-host.js";
import { clockAmong, readRecentLists, type RecentLists } from "../../host/read-recent-lists.js";
import { readSnapshot, type Snapshot, type SnapshotRules } from "../../host/read-snapshot.js";
import { assumed, type HostState } from "../../host/types.js";
import { readSource, readSources } from "../files.js";
import type { Io } from "../io.js";
import type { NodeOptions } from "./options.js";

/** The node that a trace runs on, and the rules that came with its snapshot. */
export interface TraceHost {
  readonly host: HostState;
  /** `undefined` where there is no snapshot, or none that could be read. */
  readonly rules: readonly SnapshotRules[] | undefined;
}

/**
 * Each piece of state from the most exact source there is: its own file, the snapshot, the Node
 * objects, and where none tells, an assumption that says so.
 */
export async function loadHost(
  options: NodeOptions,
  nodes: readonly NodeObject[],
  nodeName: string | undefined,
  io: Io,
): Promise<Checked<TraceHost>> {
  const faults: Fault[] = [];
  const take = <T>(checked: Checked<T>): T => {
    faults.push(...checked.faults);
    return checked.value;
  };
  const assumedHost =
    nodeName === undefined || nodes.length === 0
      ? defaultHost()
      : take(hostOfNodes(nodes.map(rawNode), nodeName));
  const snapshotFile =
    options.snapshot === undefined ? undefined : take(await readSource(options.snapshot, io));
  const snapshot =
    snapshotFile === undefined
      ? { host: assumedHost, rules: undefined }
      : take(wholeSnapshot(readSnapshot(snapshotFile.text, snapshotFile.file, assumedHost)));
  const one = async (path: string | undefined): Promise<HostText | undefined> =>
    path === undefined ? undefined : take(await readSource(path, io));
  const many = async (paths: readonly string[] | undefined) =>
    paths === undefined ? undefined : take(await readSources(paths, io));
  const texts = {
    addresses: await one(options.addresses),
    routes: await many(options.routes),
    sysctls: await one(options.sysctls),
    sets: await one(options.sets),
    connections: await many(options.conntrack),
  };
  const host = withClock(take(readHost(texts, snapshot.host)), io);
  const recent = await many(options.recent);
  const lists =
    recent === undefined
      ? undefined
      : take(readRecentLists(recent, clockAmong(recent, host.now.value)));
  return { value: { host: withLists(host, lists), rules: snapshot.rules }, faults };
}

/** Lists that were given stand in place of those of the same name. */
function withLists(host: HostState, lists: RecentLists | undefined): HostState {
  if (lists === undefined) return host;
  const value = new Map([...host.recent.value, ...lists]);
  return { ...host, recent: { ...host.recent, value } };
}

/** A damaged snapshot without rules is not one of a node that has none. */
function wholeSnapshot({ value, faults }: Checked<Snapshot>): Checked<{
  readonly host: HostState;
  readonly rules: readonly SnapshotRules[] | undefined;
}> {
  const rules = hasErrors(faults) && value.rules.length === 0 ? undefined : value.rules;
  return { value: { host: value.host, rules }, faults };
}

/** A host whose clock nobody told lives now. */
function withClock(host: HostState, io: Io): HostState {
  const now = assumed(io.now(), "no time was given: the packet is taken to come now");
  return host.now.kind === "given" ? host : { ...host, now };
}

function rawNode(node: NodeObject): RawNode {
  const inside = node.addresses.filter((address) => !node.externalAddresses.includes(address));
  return {
    metadata: { name: node.name },
    spec: { podCIDRs: node.podCIDRs },
    status: { addresses: inside.map((address) => ({ type: "InternalIP", address })) },
  };
}
