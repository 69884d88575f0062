import type { Ruleset } from "../../iptables/types.js";
import { compile } from "../../kube-proxy/compile.js";
import { completeRuleset } from "../../kube-proxy/complete.js";
import { DEFAULT_FLAGS, resolveSettings } from "../../kube-proxy/resolve-settings.js";
import type { ProxySetup } from "../../kube-proxy/from-flags.js";
import { DEFAULT_PROXY_CONFIG } from "../../kubernetes/proxy-config.js";
import { checkRaw } from "../../kubernetes/read.js";
import type {
  EndpointSliceObject,
  KubernetesObject,
  KubernetesObjects,
  NodeObject,
  ServiceObject,
} from "../../kubernetes/types.js";
import { parseAddressOf, type Address, type Family } from "../../net/ip.js";
import type { AnyObject, Service } from "../objects.js";
import { networksOf } from "../networks.js";
import type { ClusterSettings } from "../settings.js";
import { Kernel } from "./kernel.js";
import type { NetworkView } from "./network-view.js";

const LOOPBACK: Readonly<Record<Family, Address>> = { 4: 0x7f000001, 6: 1n };

/** A node as its proxy knows it. */
export interface ProxyNode {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * Makes proxies' rules from views. Nodes whose rules cannot differ share one kernel's worth of
 * them, later views are reached by incremental syncs, and an object is checked once for as long as
 * it stays the same.
 */
export class RuleMaker {
  readonly #settings: ClusterSettings;
  readonly #checked = new WeakMap<AnyObject, readonly KubernetesObject[]>();
  readonly #made = new WeakMap<NetworkView, Map<string, Ruleset>>();
  /** By family and group of nodes. */
  readonly #kernels = new Map<string, Kernel>();

  constructor(settings: ClusterSettings) {
    this.#settings = settings;
  }

  /** One family's rules of one node. Its name and addresses tell which endpoints are its own. */
  rulesFor(view: NetworkView, node: ProxyNode, family: Family): Ruleset {
    const known = this.#made.get(view) ?? new Map<string, Ruleset>();
    this.#made.set(view, known);
    const group = `${family} ${dependsOnNode(view) ? node.name : ""}`;
    const present = known.get(group);
    if (present !== undefined) return present;
    const made = this.#make(view, group, node, family);
    known.set(group, made);
    return made;
  }

  #make(view: NetworkView, group: string, node: ProxyNode, family: Family): Ruleset {
    const kernel = this.#kernels.get(group);
    if (kernel?.canReach(view) === true) return kernel.advance(view);
    const fresh = this.freshRules(view, node, family);
    // One that is older than what its node has already seen is only looked at, not kept.
    if (kernel === undefined) {
      this.#kernels.set(group, new Kernel(this.setupFor(node, family), view, fresh));
    }
    return fresh;
  }

  /** The same rules, all of them compiled at once. */
  freshRules(view: NetworkView, node: ProxyNode, family: Family): Ruleset {
    const objects = this.objectsOf(view);
    const { config, flags } = this.setupFor(node, family);
    const own = objects.nodes.find(({ name }) => name === node.name);
    const settings = resolveSettings(config, flags, own).value;
    return completeRuleset(compile(objects, settings).value);
  }

  /** As `kube-proxy --cluster-cidr` on this node. */
  setupFor({ name, addresses }: ProxyNode, family: Family): ProxySetup {
    const clusterCIDRs = networksOf(this.#settings.podCidr).map(({ text }) => text);
    const own = addresses.flatMap((text) => parseAddressOf(family, text) ?? []);
    const flags = {
      ...DEFAULT_FLAGS,
      family,
      node: name,
      nodeIPs: addresses,
      addresses: [LOOPBACK[family], ...own],
    };
    return { config: { ...DEFAULT_PROXY_CONFIG, clusterCIDRs }, flags };
  }

  /** A view's objects as the proxy reads them. */
  objectsOf(view: NetworkView): KubernetesObjects {
    const services: ServiceObject[] = [];
    const endpointSlices: EndpointSliceObject[] = [];
    const nodes: NodeObject[] = [];
    for (const object of [...view.services, ...view.slices, ...view.nodes]) {
      for (const checked of this.#check(object)) {
        if (checked.kind === "Service") services.push(checked);
        else if (checked.kind === "EndpointSlice") endpointSlices.push(checked);
        else if (checked.kind === "Node") nodes.push(checked);
      }
    }
    return { services, endpointSlices, endpoints: [], nodes, pods: [] };
  }

  #check(object: AnyObject): readonly KubernetesObject[] {
    const known = this.#checked.get(object);
    if (known !== undefined) return known;
    const checked = checkRaw(object).value;
    this.#checked.set(object, checked);
    return checked;
  }
}

/**
 * Whether anything in the view makes one node's rules differ from another's: only Services that
 * prefer endpoints by place do. The node's name and address show in no rule otherwise.
 */
function dependsOnNode(view: NetworkView): boolean {
  return view.services.some(isLocalised) || view.slices.some(hasHints);
}

function isLocalised({ spec, metadata }: Service): boolean {
  const annotations = metadata.annotations ?? {};
  return (
    spec.externalTrafficPolicy === "Local" ||
    spec.internalTrafficPolicy === "Local" ||
    spec.trafficDistribution !== undefined ||
    "service.kubernetes.io/topology-mode" in annotations ||
    "service.kubernetes.io/topology-aware-hints" in annotations
  );
}

function hasHints(slice: NetworkView["slices"][number]): boolean {
  return (slice.endpoints ?? []).some((endpoint) => endpoint.hints !== undefined);
}
