import type { Command } from "commander";
import { fault, type Fault } from "../../../../engine/errors.js";
import { parseAddress } from "../../../../engine/net/ip.js";
import {
  FAMILY_CHOICES,
  settingsFor,
  type FamilyChoice,
} from "../../../../engine/control-plane/settings.js";
import { command, collect, integer, oneOf } from "../../command.js";
import { claimed, type LabContext } from "./context.js";
import { DEFAULT_CLUSTER, newSession, type Lab, type NewCluster } from "./session.js";

interface InitOptions {
  readonly nodes: number;
  readonly master?: true;
  readonly seed: string;
  readonly externalIp?: readonly string[];
  readonly zone?: readonly string[];
  readonly families: FamilyChoice;
  readonly podCidr?: string;
  readonly serviceCidr?: string;
  readonly nodeNetwork?: string;
  readonly maxPods: number;
  readonly force?: true;
}

export function initCommand(context: LabContext): Command {
  const { settings, nodes, seed } = DEFAULT_CLUSTER;
  const six = settingsFor("ipv6");
  return command("init", "begin a new cluster")
    .option("--nodes <count>", "how many nodes it has", integer(1, 5000), nodes.count)
    .option("--master", "the first of them is a master, which takes no ordinary Pods")
    .option("--seed <text>", "where all chance in it comes from", seed)
    .option("--external-ip <ip>", "an outside address, for the nodes in turn", collect)
    .option("--zone <name>", "a zone, for the nodes in turn", collect)
    .option(
      "--families <ipv4|ipv6|dual>",
      "of which families its addresses are",
      oneOf(FAMILY_CHOICES),
      "ipv4",
    )
    .option(
      "--pod-cidr <cidr>",
      `addresses of Pods, a /24 or /64 for each node (default: ${settings.podCidr}, ${six.podCidr})`,
    )
    .option(
      "--service-cidr <cidr>",
      `addresses of Services (default: ${settings.serviceCidr}, ${six.serviceCidr})`,
    )
    .option(
      "--node-network <cidr>",
      `addresses of nodes (default: ${settings.nodeNetwork}, ${six.nodeNetwork})`,
    )
    .option("--max-pods <count>", "how many Pods a node takes", integer(1, 1000), 110)
    .option("--force", "even if there is one already, which is lost then")
    .action((options: InitOptions, self: Command) =>
      claimed(context, context.lab(self), (lab) => init(lab, options, context)),
    );
}

async function init(lab: Lab, options: InitOptions, { io }: LabContext): Promise<readonly Fault[]> {
  if (options.force !== true && (await lab.exists())) {
    const message = `error: ${lab.name} holds a cluster already; --force begins anew and loses it`;
    return [fault("cluster-exists", message, { file: lab.name })];
  }
  const session = await begin(options);
  if (session.value === undefined) return session.faults;
  const kept = await lab.keep(session.value);
  if (kept.faults.length > 0) return kept.faults;
  const { length } = session.value.cluster.api.cache.list("nodes");
  io.out(`lab of ${length} node${length === 1 ? "" : "s"} in ${lab.name}\n`);
  return [];
}

async function begin(options: InitOptions) {
  const addresses = options.externalIp ?? [];
  const bad = addresses.filter((address) => parseAddress(address) === undefined);
  if (bad.length > 0) {
    const faults = bad.map((address) => {
      const message = `error: --external-ip ${address} is no address`;
      return fault("bad-address", message, {});
    });
    return { value: undefined, faults };
  }
  const made = await newSession(clusterOf(options, addresses));
  const without = made.value?.cluster.api.cache
    .list("nodes")
    .filter((node) => node.spec.podCIDR === undefined);
  if (without === undefined || without.length === 0) return made;
  const message = `error: ${made.value?.cluster.settings.podCidr ?? ""} has room for the Pods of ${options.nodes - without.length} nodes, not of ${options.nodes}`;
  return { value: undefined, faults: [fault("pod-cidr-exhausted", message, {})] };
}

function clusterOf(options: InitOptions, externalAddresses: readonly string[]): NewCluster {
  const { start } = DEFAULT_CLUSTER;
  const settings = settingsFor(options.families);
  return {
    start,
    seed: options.seed,
    nodes: {
      count: options.nodes,
      master: options.master === true,
      externalAddresses,
      zones: options.zone ?? [],
    },
    settings: {
      ...settings,
      podCidr: options.podCidr ?? settings.podCidr,
      serviceCidr: options.serviceCidr ?? settings.serviceCidr,
      nodeNetwork: options.nodeNetwork ?? settings.nodeNetwork,
      nodeCapacity: { ...settings.nodeCapacity, pods: String(options.maxPods) },
    },
  };
}
