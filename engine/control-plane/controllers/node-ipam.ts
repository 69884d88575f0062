import { formatAddress } from "../../net/ip.js";
import type { ApiEvent } from "../api/cache.js";
import { ipv4Network } from "../settings.js";
import { actorOf, type Component, type Surroundings } from "../simulation/component.js";

const NAME = "node-ipam-controller";

/** Gives every node its share of the Pods' addresses (`pkg/controller/nodeipam`). */
export class NodeIpamController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  keysOf(event: ApiEvent): readonly string[] {
    if (event.plural !== "nodes") return [];
    // A share that came free may serve a node that had to go without.
    if (event.type === "DELETED") {
      return this.#around.api.cache
        .list("nodes")
        .filter((node) => node.spec.podCIDR === undefined)
        .map((node) => node.metadata.name);
    }
    return [event.object.metadata.name];
  }

  async reconcile(name: string, because: number | undefined): Promise<void> {
    const { api, settings } = this.#around;
    const node = api.cache.get("nodes", "", name);
    if (node === undefined || node.spec.podCIDR !== undefined) return;
    const actor = actorOf(NAME, because);
    const share = this.#freeShare();
    if (share === undefined) {
      const note = `Node ${name} status is now: CIDRNotAvailable: no /${settings.nodeCidrMaskSize} is left in ${settings.podCidr}`;
      api.remark(actor, node, "Warning", "CIDRNotAvailable", note);
      return;
    }
    await api.mutate(
      "nodes",
      "",
      name,
      (current) => ({ ...current, spec: { ...current.spec, podCIDR: share, podCIDRs: [share] } }),
      { actor, note: `podCIDR ${share}` },
    );
  }

  #freeShare(): string | undefined {
    const { api, settings } = this.#around;
    const network = ipv4Network(settings.podCidr);
    if (network === undefined) return undefined;
    const taken = new Set(api.cache.list("nodes").map((node) => node.spec.podCIDR));
    const size = 2 ** (32 - settings.nodeCidrMaskSize);
    for (let offset = 0; offset + size <= network.size; offset += size) {
      const share = `${formatAddress(network.first + offset)}/${settings.nodeCidrMaskSize}`;
      if (!taken.has(share)) return share;
    }
    return undefined;
  }
}
