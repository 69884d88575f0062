import type { EndpointSliceObject } from "../../../engine/kubernetes/types.js";
import { familyOf, parseAddress, type Address } from "../../../engine/net/ip.js";
import { allOnes, parsePrefix, type Prefix } from "../../../engine/net/prefix.js";
import type { MatrixSetup } from "./load.js";

/** Addresses of which any may stand for a Pod of some kind, the best first. */
export interface PodChoice {
  readonly addresses: readonly Address[];
  /** Whose address the first is. */
  readonly about: string;
}

interface KnownPod {
  readonly address: Address;
  readonly node: string | undefined;
  readonly name: string | undefined;
}

/** What the objects tell of Pods, to choose sources from. */
export class Pods {
  readonly #setup: MatrixSetup;
  /** Pod objects whose address is no Service's endpoint. */
  readonly #clients: readonly KnownPod[];
  readonly #endpoints: readonly KnownPod[];
  readonly #taken: ReadonlySet<Address>;

  constructor(setup: MatrixSetup) {
    this.#setup = setup;
    const { objects, family } = setup;
    const usable = (text: string) => usableAddress(text, family);
    const nodes = new Set(objects.nodes.flatMap(({ addresses }) => addresses.flatMap(usable)));
    const slices: readonly EndpointSliceObject[] = [
      ...objects.endpointSlices,
      ...objects.endpoints.flatMap(({ slices: own }) => own),
    ];
    const endpoints = slices.flatMap((slice) =>
      slice.endpoints.flatMap(({ address, nodeName, pod }) =>
        usable(address).map((own): KnownPod => ({ address: own, node: nodeName, name: pod })),
      ),
    );
    this.#endpoints = endpoints.filter(({ address }) => !nodes.has(address));
    const serving = new Set(endpoints.map(({ address }) => address));
    const pods = objects.pods
      .filter(({ hostNetwork }) => !hostNetwork)
      .flatMap(({ namespace, name, nodeName, addresses }) =>
        addresses
          .flatMap(usable)
          .map((address): KnownPod => ({ address, node: nodeName, name: `${namespace}/${name}` })),
      );
    this.#clients = pods.filter(({ address }) => !serving.has(address) && !nodes.has(address));
    this.#taken = new Set([...serving, ...nodes, ...pods.map(({ address }) => address)]);
  }

  /** A Pod on this node, or, where no node is known, any. */
  here(): PodChoice | undefined {
    const { node, settings, objects } = this.#setup;
    const isHere = (pod: KnownPod) => node === undefined || pod.node === node;
    const ranges = objects.nodes.find(({ name }) => name === node)?.podCIDRs ?? [];
    const { detector } = settings;
    const cluster = detector.kind === "source" ? [detector.prefix] : [];
    return (
      choice(this.#clients.filter(isHere)) ??
      this.#free(ranges, `a free address of ${node}'s Pods`) ??
      choice(this.#endpoints.filter(isHere)) ??
      this.#free(cluster, "a free address of the Pods' range")
    );
  }

  /** A Pod on another node than this one. */
  elsewhere(): PodChoice | undefined {
    const { node, objects } = this.#setup;
    if (node === undefined) return undefined;
    const isElsewhere = (pod: KnownPod) => pod.node !== undefined && pod.node !== node;
    const other = objects.nodes.find(({ name, podCIDRs }) => name !== node && podCIDRs.length > 0);
    return (
      choice(this.#clients.filter(isElsewhere)) ??
      this.#free(other?.podCIDRs ?? [], `a free address of ${other?.name ?? ""}'s Pods`) ??
      choice(this.#endpoints.filter(isElsewhere))
    );
  }

  /** The highest address of a range that nothing known has. */
  #free(ranges: readonly string[], about: string): PodChoice | undefined {
    for (const text of ranges) {
      const range = parsePrefix(text);
      if (range === undefined || familyOf(range.address) !== this.#setup.family) continue;
      const found = highestFree(range, this.#taken);
      if (found !== undefined) return { addresses: [found], about };
    }
    return undefined;
  }
}

function choice(pods: readonly KnownPod[]): PodChoice | undefined {
  const [first] = pods;
  if (first === undefined) return undefined;
  const about = first.name === undefined ? "an endpoint" : `pod ${first.name}`;
  return { addresses: pods.map(({ address }) => address), about };
}

const MOST_TRIED = 4096;

/** The very last address is left out: of IPv4 it is the range's broadcast. */
function highestFree({ address, mask }: Prefix, taken: ReadonlySet<Address>): Address | undefined {
  const ones = allOnes(familyOf(address));
  const size = BigInt(ones) - BigInt(mask);
  for (let step = 1n; step < size && step < MOST_TRIED; step++) {
    const found = BigInt(address) + size - step;
    const tried = typeof address === "number" ? Number(found) : found;
    if (!taken.has(tried)) return tried;
  }
  return undefined;
}

function usableAddress(text: string, family: 4 | 6): readonly Address[] {
  const address = parseAddress(text);
  return address !== undefined && familyOf(address) === family ? [address] : [];
}
