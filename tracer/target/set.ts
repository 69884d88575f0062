import type { SetReference } from "../../engine/iptables/extensions/set-reference.js";
import type { SetTarget } from "../../engine/iptables/extensions/set-target.js";
import type { HostState, IpSet, SetDimension, SetEntry, SetPart } from "../host/types.js";
import { setNamed } from "../match/set.js";
import { isUnknown } from "../packet/field.js";
import { hasPorts } from "../packet/protocols.js";
import { assume, type Branch } from "../walk/branch.js";

/** `xt_set.c: set_target_v3`. Marks taken from a set with `--map-set` are not given in a dump. */
export function changeSets(branch: Branch, target: SetTarget, host: HostState): void {
  if (target.addSet !== undefined) change(branch, target.addSet, host, target.timeout);
  if (target.delSet !== undefined) change(branch, target.delSet, host, undefined, true);
}

function change(
  branch: Branch,
  { set: name, parts: sides }: SetReference,
  host: HostState,
  timeout: number | undefined,
  remove = false,
): void {
  const set = setNamed(name, branch, host);
  if (set === undefined) return;
  const parts = set.dimensions.map((dimension, at) =>
    partOf(dimension, sides[at] ?? "src", branch, set),
  );
  if (!isWhole(parts)) {
    return assume(
      branch,
      `the ipset ${name} stays as it is`,
      "the packet's part in it is not known",
    );
  }
  const others = set.entries.filter((entry) => !sameParts(entry.parts, parts));
  const passed = (branch.memory.now - host.now.value) / 1000;
  const entry: SetEntry = {
    parts,
    nomatch: false,
    timeout: timeout === undefined || timeout === 0 ? undefined : timeout + passed,
    extra: {},
  };
  const changed: IpSet = { ...set, entries: remove ? others : [...others, entry] };
  branch.memory = { ...branch.memory, sets: branch.memory.sets.set(name, changed) };
  return undefined;
}

function isWhole(parts: readonly (SetPart | undefined)[]): parts is readonly SetPart[] {
  return !parts.includes(undefined);
}

function partOf(
  dimension: SetDimension,
  side: "src" | "dst",
  { packet, seenOut: out }: Branch,
  { markMask }: IpSet,
): SetPart | undefined {
  switch (dimension) {
    case "ip":
    case "net": {
      const address = side === "src" ? packet.source : packet.destination;
      return { kind: "addresses", min: address, max: address };
    }
    case "port": {
      const port = side === "src" ? packet.sourcePort : packet.destinationPort;
      if (!hasPorts(packet.protocol) || typeof port !== "number") return undefined;
      return { kind: "ports", protocol: packet.protocol, min: port, max: port };
    }
    case "mac": {
      const mac = packet.sourceMac;
      return mac === undefined || isUnknown(mac) ? undefined : { kind: "mac", mac };
    }
    case "iface": {
      const name = side === "src" ? packet.inInterface : out;
      return name === undefined ? undefined : { kind: "interface", name, physical: false };
    }
    case "mark":
      return { kind: "mark", value: (packet.mark & markMask) >>> 0 };
    case "set":
      return undefined;
  }
}

function sameParts(left: readonly SetPart[], right: readonly SetPart[]): boolean {
  return left.every((part, at) => keyOf(part) === keyOf(right[at]));
}

function keyOf(part: SetPart | undefined): string {
  return part === undefined ? "" : Object.values(part).map(String).join(" ");
}
