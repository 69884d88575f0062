import type { Command } from "commander";
import { fault, hasErrors, type Checked, type Fault } from "../../engine/errors.js";
import { compile, type Compilation } from "../../engine/kube-proxy/compile.js";
import {
  readProxyInputs,
  settingsFor,
  type ProxyInputs,
  type ProxySetup,
} from "../../engine/kube-proxy/from-flags.js";
import { readObjects } from "../../engine/kubernetes/read.js";
import type { KubernetesObjects, NodeObject } from "../../engine/kubernetes/types.js";
import { oneOf } from "./command.js";
import { readSource, readSources, type Source } from "./files.js";
import type { Io } from "./io.js";
import { shareText, startProgress } from "./progress.js";

/** The options that say which cluster, which node and how its kube-proxy is set. */
export interface ClusterOptions {
  readonly file?: readonly string[];
  readonly config?: string;
  readonly family?: "4" | "6";
  readonly node?: string;
  readonly nodeIp?: string;
  readonly addresses?: string;
  readonly randomFully?: boolean;
  readonly current?: string;
}

/** Objects and what the proxy of one node makes of them. */
export interface Cluster {
  readonly objects: KubernetesObjects;
  readonly compilation: Compilation;
  /** The Node object of the proxy's node, if there is one. */
  readonly node: NodeObject | undefined;
}

export function addObjectOptions(command: Command): Command {
  return command.option(
    "-f, --file <path...>",
    "manifests, YAML or JSON: files, folders, or - for standard input",
  );
}

export function addProxyOptions(command: Command): Command {
  return command
    .option("--config <file>", "a KubeProxyConfiguration (default: kube-proxy's own defaults)")
    .option("--node <name>", "the node whose rules are made: its Node object gives zone and CIDRs")
    .option("--node-ip <ip,ip>", "the node's own addresses, one a family (default: unknown)")
    .option("--addresses <file>", "the node's interfaces, as `ip -j addr` prints them")
    .option("--family <4|6>", "the IP family to make rules for (default: 4)", oneOf(["4", "6"]))
    .option("--random-fully", "the node's iptables knows MASQUERADE --random-fully (default)")
    .option("--no-random-fully", "it does not")
    .option("--current <dump>", "an iptables-save of the node; stale service chains in it go");
}

/** Reads all that the options name and compiles it; faults of every input are listed together. */
export async function loadCluster(options: ClusterOptions, io: Io): Promise<Checked<Cluster>> {
  const sources = await readSources(options.file ?? [], io);
  const objects = loadObjects(sources, io);
  const setup = await loadProxySetup(options, io);
  const settings = settingsFor(setup.value, objects.value);
  const compilation = compile(objects.value, settings.value);
  const name = settings.value.nodeName;
  const node = objects.value.nodes.find((candidate) => candidate.name === name);
  const faults = [objects, setup, settings, compilation].flatMap((part) => part.faults);
  return { value: { objects: objects.value, compilation: compilation.value, node }, faults };
}

/** The objects of the sources, with the faults of both. */
export function loadObjects(
  sources: Checked<readonly Source[]>,
  io: Io,
): Checked<KubernetesObjects> {
  const progress = startProgress(io);
  const { value, faults } = readObjects(sources.value, (file, done, all) => {
    progress.tell(`reading ${file}: ${shareText(done, all, "characters")}`);
  });
  progress.end();
  return { value, faults: [...sources.faults, ...faults, ...wrongKinds(value, faults)] };
}

/** The proxy's configuration and flags. */
export async function loadProxySetup(
  options: ClusterOptions,
  io: Io,
): Promise<Checked<ProxySetup>> {
  const inputs = await loadProxyInputs(options, io);
  const setup = readProxyInputs(inputs.value);
  return { value: setup.value, faults: [...inputs.faults, ...setup.faults] };
}

/** The flags, with the texts of the files they name. */
export async function loadProxyInputs(
  options: ClusterOptions,
  io: Io,
): Promise<Checked<ProxyInputs>> {
  const faults: Fault[] = [];
  const load = async (path: string | undefined): Promise<Source | undefined> => {
    if (path === undefined) return undefined;
    const read = await readSource(path, io);
    faults.push(...read.faults);
    return read.value;
  };
  const value: ProxyInputs = {
    config: await load(options.config),
    family: options.family === "6" ? 6 : 4,
    node: options.node,
    nodeIPs: options.nodeIp?.split(",").map((text) => text.trim()),
    addresses: await load(options.addresses),
    randomFully: options.randomFully,
    current: await load(options.current),
  };
  return { value, faults };
}

/**
 * Objects of which none is of a kind that matters are most likely the wrong file; an empty list is
 * an empty cluster.
 */
function wrongKinds(objects: KubernetesObjects, faults: readonly Fault[]): readonly Fault[] {
  const none = Object.values(objects).every((list: readonly unknown[]) => list.length === 0);
  const skipped = faults.find(({ code }) => code === "kind-skipped");
  if (!none || skipped === undefined) return [];
  const message =
    "there is no Service, EndpointSlice, Endpoints, Node or Pod here, only other kinds";
  return [fault("no-usable-object", message, skipped.at)];
}

/** Every object was bad: rules for an empty cluster would mislead. */
export function nothingRead(faults: readonly Fault[], objects: KubernetesObjects): boolean {
  return hasErrors(faults) && objects.services.length === 0 && objects.endpointSlices.length === 0;
}
