import type { ApiEvent } from "../api/cache.js";
import { parseTime } from "../clock.js";
import { keyOfObject, type AnyObject, type Service } from "../objects.js";
import { addressAt, familyName, familyOfIp, networksOf, type Network } from "../networks.js";
import { actorOf, splitKey, type Component, type Surroundings } from "../simulation/component.js";

const NAME = "service-controller";

/** Has the cloud build load balancers, each with an address of its own (`cloud-provider`). */
export class ServiceController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  keysOf(event: ApiEvent): readonly string[] {
    return event.plural === "services" && event.type !== "DELETED"
      ? [keyOfObject(event.object)]
      : [];
  }

  async reconcile(key: string, because: number | undefined): Promise<void> {
    const { api, clock, settings, wake } = this.#around;
    const [namespace, name] = splitKey(key);
    const service = api.cache.get("services", namespace, name);
    if (service === undefined || service.spec.loadBalancerClass !== undefined) return;
    const has = ingressOf(service).length > 0;
    const wants = service.spec.type === "LoadBalancer";
    if (has === wants) return;
    const builtAt = parseTime(service.metadata.creationTimestamp) + settings.timing.loadBalancer;
    if (wants && clock.now() < builtAt) {
      wake(key, builtAt, { because });
      return;
    }
    const actor = actorOf(NAME, because);
    const ips = wants ? this.#freeAddresses(service) : [];
    if (wants && ips.length === 0) {
      const note = `no address is free in ${settings.loadBalancerCidr}`;
      api.remark(actor, service, "Warning", "SyncLoadBalancerFailed", note);
      return;
    }
    const loadBalancer = wants ? { ingress: ips.map((ip) => ({ ip, ipMode: "VIP" })) } : {};
    const note = wants ? `load balancer built: ${ips.join(",")}` : "load balancer taken down";
    await api.mutate(
      "services",
      namespace,
      name,
      (current) => ({ ...current, status: { ...current.status, loadBalancer } }),
      { actor, note },
      "status",
    );
  }

  /** One of each of the Service's families; none if one of them is used up. */
  #freeAddresses(service: Service): readonly string[] {
    const { api, settings } = this.#around;
    const taken = new Set(
      api.cache.list("services").flatMap((other) => ingressOf(other).map((one) => one.ip ?? "")),
    );
    const asked = service.spec.loadBalancerIP ?? "";
    const families = service.spec.ipFamilies ?? [];
    const networks = networksOf(settings.loadBalancerCidr).filter(({ family }) =>
      families.includes(familyName(family)),
    );
    const free = networks.flatMap((network) =>
      familyOfIp(asked) === network.family
        ? [asked].filter((ip) => !taken.has(ip))
        : (firstFree(network, taken) ?? []),
    );
    return free.length < networks.length ? [] : free;
  }
}

function firstFree(network: Network, taken: ReadonlySet<string>): string | undefined {
  for (let offset = 1; offset < network.size - 1; offset++) {
    const ip = addressAt(network, offset);
    if (!taken.has(ip)) return ip;
  }
  return undefined;
}

function ingressOf(object: AnyObject) {
  return isService(object) ? (object.status?.loadBalancer?.ingress ?? []) : [];
}

function isService(object: AnyObject): object is Service {
  return object.kind === "Service";
}
