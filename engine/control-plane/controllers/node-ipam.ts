import type { ApiEvent } from "../api/cache.js";
import { widthOf } from "../../net/ip.js";
import { addressAt, networksOf, type Network } from "../networks.js";
import { shareLength } from "../settings.js";
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
    const networks = networksOf(settings.podCidr);
    const shares = networks.flatMap((network) => this.#freeShare(network) ?? []);
    if (shares.length < networks.length) {
      const note = `Node ${name} status is now: CIDRNotAvailable: no share of a node is left in ${settings.podCidr}`;
      api.remark(actor, node, "Warning", "CIDRNotAvailable", note);
      return;
    }
    await api.mutate(
      "nodes",
      "",
      name,
      (current) => ({
        ...current,
        spec: { ...current.spec, podCIDR: shares[0] ?? "", podCIDRs: shares },
      }),
      { actor, note: `podCIDR ${shares.join(",")}` },
    );
  }

  #freeShare(network: Network): string | undefined {
    const { api, settings } = this.#around;
    const taken = new Set(api.cache.list("nodes").flatMap((node) => node.spec.podCIDRs ?? []));
    const length = shareLength(settings, network.family);
    const size = 2 ** (widthOf(network.family) - length);
    const count = network.size / size;
    for (let index = 0; index < count; index++) {
      const share = `${shareAt(network, index, size)}/${length}`;
      if (!taken.has(share)) return share;
    }
    return undefined;
  }
}

/** Offsets of IPv6 shares are too large for a number, so these are reached by the network's size. */
function shareAt(network: Network, index: number, size: number): string {
  if (typeof network.first === "number") return addressAt(network, index * size);
  return addressAt({ ...network, first: network.first + BigInt(index) * BigInt(size) }, 0);
}
