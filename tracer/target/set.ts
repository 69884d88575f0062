import type { SetReference } from "../../engine/iptables/extensions/set-reference.js";
import type { SetTarget } from "../../engine/iptables/extensions/set-target.js";
import type { Address } from "../../engine/net/ip.js";
import type { HostState, IpSet, SetDimension, SetEntry, SetPart } from "../host/types.js";
import { entryOf, setNamed } from "../match/set.js";
import { ICMP, ICMPV6, TCP, UDP } from "../../engine/net/protocol.js";
import { isFurther } from "../match/header.js";
import { isUnknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import { hasPorts } from "../packet/protocols.js";
import { assume, rewrite, type Branch } from "../walk/branch.js";
import { setXmark } from "./mark.js";

/** `xt_set.c: set_target_v3`: what it adds and takes away is so for the rules that follow. */
export function changeSets(
  branch: Branch,
  target: SetTarget,
  host: HostState,
  where: string,
): void {
  if (target.addSet !== undefined) add(branch, target.addSet, host, target);
  if (target.delSet !== undefined) remove(branch, target.delSet, host);
  if (target.mapSet !== undefined) carryOver(branch, target, host, where);
}

function add(
  branch: Branch,
  { set: name, parts: sides }: SetReference,
  host: HostState,
  { timeout: asked, exist }: SetTarget,
): void {
  const set = setNamed(name, branch, host);
  const parts = set === undefined ? undefined : partsFor(set, sides, branch);
  if (set === undefined || parts === undefined) return;
  const passed = (branch.memory.now - host.now.value) / 1000;
  const known = set.entries.find((entry) => sameParts(entry.parts, parts));
  const lives = known !== undefined && (known.timeout === undefined || known.timeout > passed);
  if (lives && exist !== true) return;
  const timeout = asked ?? set.timeout ?? 0;
  const entry: SetEntry = {
    parts,
    nomatch: false,
    timeout: timeout === 0 ? undefined : timeout + passed,
    extra: {},
  };
  keep(branch, set, [...set.entries.filter((other) => other !== known), entry]);
}

function remove(branch: Branch, { set: name, parts: sides }: SetReference, host: HostState): void {
  const set = setNamed(name, branch, host);
  const parts = set === undefined ? undefined : partsFor(set, sides, branch);
  if (set === undefined || parts === undefined) return;
  keep(
    branch,
    set,
    set.entries.filter((entry) => !sameParts(entry.parts, parts)),
  );
}

function keep(branch: Branch, set: IpSet, entries: readonly SetEntry[]): void {
  const changed: IpSet = { ...set, entries };
  branch.memory = { ...branch.memory, sets: branch.memory.sets.set(set.name, changed) };
}

/** `--map-mark` and `--map-prio` give the packet what the entry that it finds holds. */
function carryOver(
  branch: Branch,
  { mapSet, mapMark, mapPrio }: SetTarget,
  host: HostState,
  where: string,
): void {
  if (mapSet === undefined) return;
  const entry = entryOf(mapSet, branch, host);
  if (entry === undefined) return;
  if (isUnknown(entry)) return assume(branch, `${where} maps nothing`, entry.unknown);
  const { skbmark, skbprio } = entry.extra;
  if (mapMark === true && skbmark !== undefined) {
    const [value = 0, mask = 0xffffffff] = skbmark.split("/").map(Number);
    rewrite(branch, where, { mark: setXmark(branch.packet.mark, { value, mask }) });
  }
  if (mapPrio === true && skbprio !== undefined) {
    const [major = 0, minor = 0] = skbprio.split(":").map((part) => Number.parseInt(part, 16));
    rewrite(branch, where, { priority: major * 65536 + minor });
  }
  return undefined;
}

/** The packet as an entry of the set; `undefined`, and noted, where that is not known. */
function partsFor(
  set: IpSet,
  sides: SetReference["parts"],
  branch: Branch,
): readonly SetPart[] | undefined {
  const parts = set.dimensions.map((dimension, at) =>
    partOf(dimension, { side: sides[at] ?? "src", at }, branch, set),
  );
  if (isWhole(parts)) return parts;
  assume(branch, `the ipset ${set.name} stays as it is`, "the packet's part in it is not known");
  return undefined;
}

function isWhole(parts: readonly (SetPart | undefined)[]): parts is readonly SetPart[] {
  return !parts.includes(undefined);
}

function partOf(
  dimension: SetDimension,
  { side, at }: { readonly side: "src" | "dst"; readonly at: number },
  { packet, seenOut: out }: Branch,
  set: IpSet,
): SetPart | undefined {
  const address = side === "src" ? packet.source : packet.destination;
  switch (dimension) {
    case "ip":
      return { kind: "addresses", min: address, max: address };
    case "net":
      return network(address, set, at);
    case "port":
      return portOf(packet, side, set.type === "bitmap:port");
    case "mac": {
      const mac = packet.sourceMac;
      return mac === undefined || isUnknown(mac) ? undefined : { kind: "mac", mac };
    }
    case "iface": {
      const name = side === "src" ? packet.inInterface : out;
      return name === undefined ? undefined : { kind: "interface", name, physical: false };
    }
    case "mark":
      return { kind: "mark", value: (packet.mark & set.markMask) >>> 0 };
    case "set":
      return undefined;
  }
}

/** `ip_set_getport.c`; a bitmap takes ports of TCP and UDP alike, and no others. */
function portOf(packet: Packet, side: "src" | "dst", bitmap: boolean): SetPart | undefined {
  const { protocol, icmpType, icmpCode } = packet;
  if (isFurther(packet)) return undefined;
  if (bitmap && protocol !== TCP && protocol !== UDP) return undefined;
  if (protocol === ICMP || protocol === ICMPV6) {
    if (typeof icmpType !== "number" || typeof icmpCode !== "number") return undefined;
    return { kind: "icmp", protocol, type: icmpType, code: icmpCode };
  }
  const port = side === "src" ? packet.sourcePort : packet.destinationPort;
  const own = hasPorts(protocol) ? port : 0;
  if (typeof own !== "number") return undefined;
  return { kind: "ports", protocol: bitmap ? undefined : protocol, min: own, max: own };
}

/** A network of the size of the narrowest that is there (`ip_set_hash_net.c: hash_net4_kadt`). */
function network(address: Address, { entries }: IpSet, at: number): SetPart {
  let size: bigint | undefined;
  for (const { parts } of entries) {
    const part = parts[at];
    if (part?.kind !== "addresses") continue;
    const own = BigInt(part.max) - BigInt(part.min) + 1n;
    if (size === undefined || own < size) size = own;
  }
  const min = BigInt(address) - (BigInt(address) % (size ?? 1n));
  const max = min + (size ?? 1n) - 1n;
  return typeof address === "number"
    ? { kind: "addresses", min: Number(min), max: Number(max) }
    : { kind: "addresses", min, max };
}

function sameParts(left: readonly SetPart[], right: readonly SetPart[]): boolean {
  return left.every((part, at) => keyOf(part) === keyOf(right[at]));
}

function keyOf(part: SetPart | undefined): string {
  return part === undefined ? "" : Object.values(part).map(String).join(" ");
}
