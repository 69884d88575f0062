import type { Checked, Fault } from "../errors.js";
import {
  DEFAULT_PROXY_CONFIG,
  readProxyConfig,
  type ProxyConfig,
} from "../kubernetes/proxy-config.js";
import { readObjects, type ObjectSource } from "../kubernetes/read.js";
import type { KubernetesObjects } from "../kubernetes/types.js";
import type { Family } from "../net/ip.js";
import { compile, type Compilation } from "./compile.js";
import { natChainsIn } from "./current-chains.js";
import { readInterfaceAddresses } from "./interface-addresses.js";
import { nodeNameOf, resolveSettings, type ProxyFlags } from "./resolve-settings.js";
import type { ProxySettings } from "./settings.js";

/** The flags of a command line that compiles, with the texts of the files they name. */
export interface ProxyInputs {
  /** `--config`: a KubeProxyConfiguration; absent: kube-proxy's defaults. */
  readonly config?: ObjectSource | undefined;
  /** `--family`; absent: 4. */
  readonly family?: Family | undefined;
  /** `--node`; absent: the configuration's hostnameOverride. */
  readonly node?: string | undefined;
  /** `--node-ip`, split at commas; absent: unknown. */
  readonly nodeIPs?: readonly string[] | undefined;
  /** `--addresses`: what `ip -j addr` prints on the node. */
  readonly addresses?: ObjectSource | undefined;
  /** `--random-fully` or `--no-random-fully`; absent: the node's iptables has it. */
  readonly randomFully?: boolean | undefined;
  /** `--current`: what `iptables-save` prints on the node before the sync. */
  readonly current?: ObjectSource | undefined;
}

/** Configuration file and flags, read. */
export interface ProxySetup {
  readonly config: ProxyConfig;
  readonly flags: ProxyFlags;
}

/** Reads what the flags name. Where something is wrong its default stands. */
export function readProxyInputs(inputs: ProxyInputs): Checked<ProxySetup> {
  const faults: Fault[] = [];
  const taken = <T>(read: Checked<T>): T => {
    faults.push(...read.faults);
    return read.value;
  };
  const { addresses, current, config } = inputs;
  const flags: ProxyFlags = {
    family: inputs.family ?? 4,
    node: inputs.node,
    nodeIPs: inputs.nodeIPs ?? [],
    addresses: addresses && taken(readInterfaceAddresses(addresses.file, addresses.text)),
    randomFully: inputs.randomFully ?? true,
    currentChains: current === undefined ? [] : natChainsIn(current.text),
  };
  const read = config === undefined ? DEFAULT_PROXY_CONFIG : taken(readProxyConfig(config));
  return { value: { config: read, flags }, faults };
}

/** The settings for these objects: NodeCIDR comes from the node's own object. */
export function settingsFor(
  { config, flags }: ProxySetup,
  objects: KubernetesObjects,
): Checked<ProxySettings> {
  const name = nodeNameOf(config, flags);
  return resolveSettings(
    config,
    flags,
    objects.nodes.find((node) => node.name === name),
  );
}

/** From texts and flags to restore input, with everything that was found wrong on the way. */
export function compileFromFlags(
  sources: readonly ObjectSource[],
  inputs: ProxyInputs,
): Checked<Compilation> {
  const objects = readObjects(sources);
  const setup = readProxyInputs(inputs);
  const settings = settingsFor(setup.value, objects.value);
  const compiled = compile(objects.value, settings.value);
  const stages = [objects, setup, settings, compiled];
  return { value: compiled.value, faults: stages.flatMap(({ faults }) => faults) };
}
