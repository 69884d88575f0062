import type { Fault } from "../../errors.js";
import type { Ruleset } from "../../iptables/types.js";
import { compile, type Compilation } from "../../kube-proxy/compile.js";
import { completeRuleset } from "../../kube-proxy/complete.js";
import { DEFAULT_FLAGS, resolveSettings } from "../../kube-proxy/resolve-settings.js";
import type { ProxySettings } from "../../kube-proxy/settings.js";
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
import type { NetworkView } from "./network-view.js";

/** The rules that a proxy writes for one view of the cluster. */
export interface ProxyRules {
  readonly compilation: Compilation;
  /** With the built-in chains and their jumps: all that is in the node's kernel. */
  readonly ruleset: Ruleset;
  readonly faults: readonly Fault[];
}

/**
 * Makes proxies' rules from views. Nodes whose rules cannot differ share one compilation, and an
 * object is checked once for as long as it stays the same.
 */
export class RuleMaker {
  readonly #settings: ClusterSettings;
  readonly #checked = new WeakMap<AnyObject, readonly KubernetesObject[]>();
  readonly #made = new WeakMap<NetworkView, Map<string, ProxyRules>>();

  constructor(settings: ClusterSettings) {
    this.#settings = settings;
  }

  /** The rules of one node. `node` and its address tell which endpoints are its own. */
  rulesFor(view: NetworkView, node: string, address: string): ProxyRules {
    const known = this.#made.get(view) ?? new Map<string, ProxyRules>();
    this.#made.set(view, known);
    const group = dependsOnNode(view) ? node : "";
    const present = known.get(group);
    if (present !== undefined) return present;
    const made = this.#make(view, node, address);
    known.set(group, made);
    return made;
  }

  #make(view: NetworkView, node: string, address: string): ProxyRules {
    const objects = this.objectsOf(view);
    const settings = this.settingsFor(objects, node, address);
    const { value: compilation, faults } = compile(objects, settings);
    let ruleset: Ruleset | undefined;
    return {
      compilation,
      faults,
      get ruleset() {
        ruleset ??= completeRuleset(compilation);
        return ruleset;
      },
    };
  }

  /** As `kube-proxy --cluster-cidr` on this node. */
  settingsFor(objects: KubernetesObjects, node: string, address: string): ProxySettings {
    const own = parseAddress(address);
    const config = { ...DEFAULT_PROXY_CONFIG, clusterCIDRs: [this.#settings.podCidr] };
    const addresses = [0x7f000001, ...(own === undefined ? [] : [own])];
    const flags = { ...DEFAULT_FLAGS, node, nodeIPs: [address], addresses };
    return resolveSettings(
      config,
      flags,
      objects.nodes.find(({ name }) => name === node),
    ).value;
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
