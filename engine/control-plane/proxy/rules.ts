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
import { parseAddress } from "../../net/ip.js";
import type { AnyObject, Service } from "../objects.js";
import type { ClusterSettings } from "../settings.js";
import { Kernel } from "./kernel.js";
import type { NetworkView } from "./network-view.js";

const LOOPBACK = 0x7f000001;

/**
 * Makes proxies' rules from views. Nodes whose rules cannot differ share one kernel's worth of
 * them, later views are reached by incremental syncs, and an object is checked once for as long as
 * it stays the same.
 */
export class RuleMaker {
  readonly #settings: ClusterSettings;
  readonly #checked = new WeakMap<AnyObject, readonly KubernetesObject[]>();
  readonly #made = new WeakMap<NetworkView, Map<string, Ruleset>>();
  /** By group of nodes. */
  readonly #kernels = new Map<string, Kernel>();

  constructor(settings: ClusterSettings) {
    this.#settings = settings;
  }

  /** The rules of one node. Its name and address tell which endpoints are its own. */
  rulesFor(view: NetworkView, node: string, address: string): Ruleset {
    const known = this.#made.get(view) ?? new Map<string, Ruleset>();
    this.#made.set(view, known);
    const group = dependsOnNode(view) ? node : "";
    const present = known.get(group);
    if (present !== undefined) return present;
    const made = this.#make(view, group, node, address);
    known.set(group, made);
    return made;
  }

  #make(view: NetworkView, group: string, node: string, address: string): Ruleset {
    const kernel = this.#kernels.get(group);
    if (kernel?.canReach(view) === true) return kernel.advance(view);
    const fresh = this.freshRules(view, node, address);
    // One that is older than what its node has already seen is only looked at, not kept.
    if (kernel === undefined) {
      this.#kernels.set(group, new Kernel(this.setupFor(node, address), view, fresh));
    }
    return fresh;
  }

  /** The same rules, all of them compiled at once. */
  freshRules(view: NetworkView, node: string, address: string): Ruleset {
    const objects = this.objectsOf(view);
    const { config, flags } = this.setupFor(node, address);
    const own = objects.nodes.find(({ name }) => name === node);
    const settings = resolveSettings(config, flags, own).value;
    return completeRuleset(compile(objects, settings).value);
  }

  /** As `kube-proxy --cluster-cidr` on this node. */
  setupFor(node: string, address: string): ProxySetup {
    const own = parseAddress(address);
    const config = { ...DEFAULT_PROXY_CONFIG, clusterCIDRs: [this.#settings.podCidr] };
    const addresses = [LOOPBACK, ...(own === undefined ? [] : [own])];
    return { config, flags: { ...DEFAULT_FLAGS, node, nodeIPs: [address], addresses } };
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
