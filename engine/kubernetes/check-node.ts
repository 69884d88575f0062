import { readName } from "./metadata.js";
import type { Fields } from "./shape.js";
import { parseSloppyPrefix, sloppyFamily } from "./sloppy.js";
import type { NodeObject, PodObject } from "./types.js";

/** Reads a core/v1 Node: labels, Pod CIDRs and addresses. */
export function checkNode(object: Fields): NodeObject | undefined {
  const identity = readName(object);
  if (identity === undefined) return undefined;
  const labels = object.inside("metadata").inside("labels");
  const spec = object.inside("spec");
  const listed = spec.texts("podCIDRs");
  const single = spec.text("podCIDR") ?? "";
  const key = listed.length > 0 ? "podCIDRs" : "podCIDR";
  return {
    kind: "Node",
    name: identity.name,
    labels: Object.fromEntries(
      Object.entries(labels.mapping).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string",
      ),
    ),
    podCIDRs: (listed.length > 0 ? listed : single === "" ? [] : [single]).filter((cidr) => {
      const sound = parseSloppyPrefix(cidr) !== undefined;
      if (!sound) spec.error("bad-cidr", `${JSON.stringify(cidr)} is not a CIDR`, key);
      return sound;
    }),
    ...readAddresses(object.inside("status")),
  };
}

function readAddresses(status: Fields): Pick<NodeObject, "addresses" | "externalAddresses"> {
  const internal: string[] = [];
  const external: string[] = [];
  for (const entry of status.items("addresses")) {
    const address = entry.text("address") ?? "";
    if (sloppyFamily(address) === undefined) continue;
    (entry.text("type") === "InternalIP" ? internal : external).push(address);
  }
  return { addresses: [...internal, ...external], externalAddresses: external };
}

/** Reads a core/v1 Pod: where it runs and under which addresses. */
export function checkPod(object: Fields): PodObject | undefined {
  const identity = readName(object);
  if (identity === undefined) return undefined;
  const spec = object.inside("spec");
  const status = object.inside("status");
  const listed = status.items("podIPs").map((entry) => entry.text("ip") ?? "");
  const addresses = listed.length > 0 ? listed : [status.text("podIP") ?? ""];
  return {
    kind: "Pod",
    ...identity,
    nodeName: spec.text("nodeName"),
    hostNetwork: spec.flag("hostNetwork") ?? false,
    addresses: addresses.filter((address) => sloppyFamily(address) !== undefined),
  };
}
