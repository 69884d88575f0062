import { fault, type Checked, type Fault } from "../../../engine/errors.js";
import { familyOf, formatAddress, parseAddress, type Address } from "../../../engine/net/ip.js";
import { allOnes, parsePrefix } from "../../../engine/net/prefix.js";
import type { Belief } from "../../../engine/services/types.js";
import { isOwnAddress } from "../../walk/address-type.js";
import { parseEnd } from "../ends/parse.js";
import { EXTERNAL_CLIENT, resolveEnd } from "../ends/resolve.js";
import { nodeAddresses, type Front } from "./fronts.js";
import type { MatrixSetup } from "./load.js";
import { Pods, type PodChoice } from "./pods.js";

/**
 * `outside`: a client that is no part of the cluster; `allowed`: one that loadBalancerSourceRanges
 * let in; `pod`: a Pod on this node that is no endpoint of the Service; `remote-pod`: one on
 * another node; `node`: the node itself; `self`: an endpoint on this node that asks its own Service.
 */
export const SOURCE_CLASSES = ["outside", "allowed", "pod", "remote-pod", "node", "self"] as const;
export type SourceClass = (typeof SOURCE_CLASSES)[number];

/** Who asks. */
export interface Source {
  /** A class, or the end that the user wrote. */
  readonly name: string;
  /** Who stands for it, in words. */
  readonly about: string;
  /** The address that stands for it when this Service port is asked here; `undefined`: it never is. */
  readonly addressFor: (belief: Belief, front: Front) => Address | undefined;
}

/** All classes, or those that were asked for; one that nothing stands for is told in `notes`. */
export function sourcesOf(
  setup: MatrixSetup,
  wanted: readonly string[] | undefined,
): Checked<{ readonly sources: readonly Source[]; readonly notes: readonly string[] }> {
  const faults: Fault[] = [];
  const notes: string[] = [];
  const sources: Source[] = [];
  const pods = new Pods(setup);
  for (const text of new Set<string>(wanted ?? SOURCE_CLASSES)) {
    const name = SOURCE_CLASSES.find((known) => known === text);
    const made = name === undefined ? givenSource(text, setup) : classSource(name, setup, pods);
    if (made === undefined) continue;
    if (typeof made !== "string") sources.push(made);
    else if (name === undefined) faults.push(fault("bad-source", made, { field: "--source" }));
    else notes.push(made);
  }
  if (sources.length === 0 && faults.length === 0) {
    faults.push(fault("no-source", notes.join("; "), { field: "--source" }));
  }
  return { value: { sources, notes }, faults };
}

/** A sentence where nobody is known to stand for the class. */
function classSource(
  name: SourceClass,
  setup: MatrixSetup,
  pods: Pods,
): Source | string | undefined {
  switch (name) {
    case "outside": {
      const text = EXTERNAL_CLIENT[setup.family];
      return always(
        name,
        `${text}, which stands for any client outside the cluster`,
        parseAddress(text),
      );
    }
    case "allowed":
      return setup.beliefs.some(({ port }) => port.sourceRanges.length > 0)
        ? {
            name,
            about: "the first address of the Service's loadBalancerSourceRanges",
            addressFor: inRanges,
          }
        : undefined;
    case "pod":
      return ofPods(name, pods.here()) ?? unknownPod("this node", setup);
    case "remote-pod":
      return ofPods(name, pods.elsewhere()) ?? unknownPod("another node", setup);
    case "node": {
      const own = ownAddress(setup);
      const text = own === undefined ? "" : formatAddress(own);
      return own === undefined
        ? "source node is left out: no address of the node is known (--node-ip, --addresses, Node objects)"
        : always(name, `${text}, the node itself`, own);
    }
    case "self":
      return {
        name,
        about: "an endpoint that asks its own Service",
        addressFor: ownEndpoint(setup),
      };
  }
}

/** The node's address as its interfaces have it. */
function ownAddress(setup: MatrixSetup): Address | undefined {
  const { host } = setup.world;
  const all = host.interfaces.value.flatMap(({ addresses }) =>
    addresses.flatMap(({ address, scope }) => (scope === "global" ? [address] : [])),
  );
  return [...nodeAddresses(setup), ...all].find(
    (address) => familyOf(address) === setup.family && isOwnAddress(host, address),
  );
}

function always(name: string, about: string, address: Address | undefined): Source {
  return { name, about, addressFor: () => address };
}

function ofPods(name: string, choice: PodChoice | undefined): Source | undefined {
  const [first] = choice?.addresses ?? [];
  if (choice === undefined || first === undefined) return undefined;
  const addressFor = ({ endpoints }: Belief): Address | undefined => {
    const own = new Set(endpoints.map(({ from }) => parseAddress(from.address)));
    return choice.addresses.find((address) => !own.has(address));
  };
  return { name, about: `${formatAddress(first)}, ${choice.about}`, addressFor };
}

function unknownPod(where: string, { node }: MatrixSetup): string {
  const name = where === "this node" ? "pod" : "remote-pod";
  const which = node === undefined ? " (--node says which node this is)" : "";
  return `source ${name} is left out: no Pod of ${where} is known, nor a range of its Pods${which}`;
}

/** As the range's own address may be a network's name, the one after it. */
function inRanges({ port }: Belief, front: Front): Address | undefined {
  if (front.kind !== "load-balancer-ip") return undefined;
  for (const text of port.sourceRanges) {
    const range = parsePrefix(text);
    if (range === undefined || familyOf(range.address) !== familyOf(front.address)) continue;
    const { address, mask } = range;
    if (mask === allOnes(familyOf(address))) return address;
    return typeof address === "number" ? address + 1 : address + 1n;
  }
  return undefined;
}

/** Of endpoints on this node the first that is ready; of any node where this one is not known. */
function ownEndpoint({ settings, family }: MatrixSetup): Source["addressFor"] {
  return ({ endpoints }) => {
    const own = endpoints.find(
      ({ from, local }) => from.ready && (local || settings.nodeName === undefined),
    );
    const address = own === undefined ? undefined : parseAddress(own.from.address);
    return address !== undefined && familyOf(address) === family ? address : undefined;
  };
}

function givenSource(text: string, { objects, family }: MatrixSetup): Source | string {
  const end = parseEnd(text);
  if (typeof end === "string") {
    return `"${text}" is none of ${SOURCE_CLASSES.join(", ")}, and no end of a packet: ${end}`;
  }
  const found = resolveEnd(end, { objects, family });
  if (typeof found === "string") return found;
  if (familyOf(found.address) !== family) return `${text} is not IPv${family}`;
  return always(text, formatAddress(found.address), found.address);
}
