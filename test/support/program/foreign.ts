import fc, { type Arbitrary } from "fast-check";
import type { Rule, Ruleset } from "../../../engine/iptables/types.js";
import type { Address, Family } from "../../../engine/net/ip.js";
import { ICMP, ICMPV6, TCP, UDP } from "../../../engine/net/protocol.js";
import { given, type HostState, type IpSet } from "../../../tracer/host/types.js";
import { makePacket } from "../../../tracer/packet/make.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { device } from "../walk.js";
import { hostOf, packetOf, type Case } from "./cases.js";

/*
 * Hosts and packets out of what a ruleset itself speaks of, so that its rules match often.
 */

interface Vocabulary {
  readonly addresses: readonly Address[];
  readonly ports: readonly number[];
  readonly marks: readonly number[];
  readonly interfaces: readonly string[];
  readonly sets: readonly string[];
}

export function foreignCase(ruleset: Ruleset): Arbitrary<Case> {
  const { family } = ruleset;
  const words = vocabularyOf(ruleset);
  return fc.record({
    ruleset: fc.constant(ruleset),
    host: fc
      .record({
        host: hostOf(family),
        sets: fc.subarray([...words.sets]),
        members: fc.array(addressIn(words, family), { maxLength: 6 }),
        own: fc.boolean(),
      })
      .map(({ host, sets, members, own }) =>
        furnished(host, words, {
          sets: sets.map((name) => setOf(name, family, members)),
          own,
        }),
      ),
    packets: fc.array(fc.oneof(wordedPacket(family, words), packetOf(family)), {
      minLength: 1,
      maxLength: 8,
    }),
    seed: fc.integer({ min: 0, max: 1_000_000 }).map(String),
  });
}

function vocabularyOf({ family, tables }: Ruleset): Vocabulary {
  const addresses = new Set<Address>();
  const ports = new Set<number>([53, 80, 443]);
  const marks = new Set<number>([0]);
  const interfaces = new Set<string>(["eth0", "cni0", "lo"]);
  const sets = new Set<string>();
  const collect = (value: unknown, name: string): void => {
    if (typeof value !== "object" || value === null) return;
    if ("address" in value && "mask" in value && isAddress(value.address, family)) {
      addresses.add(value.address);
    }
    if ("min" in value && /port/i.test(name) && typeof value.min === "number") ports.add(value.min);
    if ("min" in value && /address/i.test(name) && isAddress(value.min, family)) {
      addresses.add(value.min);
    }
    if ("mask" in value && "value" in value && typeof value.value === "number") {
      marks.add(value.value);
    }
    if ("set" in value && typeof value.set === "string") sets.add(value.set);
    for (const [key, part] of Object.entries(value)) {
      collect(part, key === "value" || /^\d+$/.test(key) ? name : key);
    }
  };
  for (const { chains } of tables.values()) {
    for (const { rules } of chains.values()) {
      for (const rule of rules) {
        collect(rule, "");
        for (const found of interfacesOf(rule)) interfaces.add(found);
      }
    }
  }
  return {
    addresses: [...addresses],
    ports: [...ports],
    marks: [...marks],
    interfaces: [...interfaces],
    sets: [...sets],
  };
}

function isAddress(value: unknown, family: Family): value is Address {
  return typeof value === (family === 4 ? "number" : "bigint");
}

/** `cali+` stands for `cali0`. */
function interfacesOf({ inInterface, outInterface }: Rule): readonly string[] {
  return [inInterface, outInterface].flatMap((name) =>
    name === undefined ? [] : [name.value.replace("+", "0")],
  );
}

function setOf(name: string, family: Family, members: readonly Address[]): IpSet {
  return {
    family,
    markMask: 0xffffffff,
    name,
    type: "hash:ip",
    dimensions: ["ip"],
    entries: members.map((one) => ({
      parts: [{ kind: "addresses", min: one, max: one }],
      nomatch: false,
      timeout: undefined,
      extra: {},
    })),
  };
}

/** With these sets and, if it owns them, the interfaces that rules name. */
function furnished(
  host: HostState,
  { interfaces }: Vocabulary,
  { sets, own }: { readonly sets: readonly IpSet[]; readonly own: boolean },
): HostState {
  const known = new Set(host.interfaces.value.map(({ name }) => name));
  const more = interfaces.filter((name) => !known.has(name)).slice(0, own ? 8 : 0);
  const devices = more.map((name, at) => device(name, 50 + at));
  return {
    ...host,
    interfaces: given([...host.interfaces.value, ...devices]),
    sets: new Map([...host.sets, ...sets.map((set) => [set.name, set] as const)]),
  };
}

function addressIn({ addresses }: Vocabulary, family: Family): Arbitrary<Address> {
  return addresses.length === 0
    ? fc.constant(family === 4 ? 0xc0000263 : 1n)
    : fc.constantFrom(...addresses);
}

function wordedPacket(family: Family, words: Vocabulary): Arbitrary<Packet> {
  return fc
    .record({
      base: packetOf(family),
      source: fc.option(addressIn(words, family)),
      destination: fc.option(addressIn(words, family)),
      destinationPort: fc.constantFrom(...words.ports),
      protocol: fc.constantFrom(TCP, TCP, UDP, family === 4 ? ICMP : ICMPV6),
      mark: fc.constantFrom(0, 0, ...words.marks),
      inInterface: fc.option(fc.constantFrom(...words.interfaces), { nil: undefined }),
    })
    .map(({ base, source, destination, destinationPort, protocol, mark, inInterface }) => {
      const ports = protocol === TCP || protocol === UDP;
      return makePacket({
        protocol,
        source: source ?? base.source,
        destination: destination ?? base.destination,
        mark,
        inInterface,
        ...(ports ? { sourcePort: 40_000, destinationPort } : {}),
        ...(protocol === TCP ? { tcpFlags: 2 } : {}),
        ...(ports ? {} : { icmpType: family === 4 ? 8 : 128, icmpCode: 0, icmpId: 7 }),
      });
    });
}
