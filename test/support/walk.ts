import { parseDump } from "../../engine/iptables/parse.js";
import { parseAddress, type Address } from "../../engine/net/ip.js";
import { parsePrefix, type Prefix } from "../../engine/net/prefix.js";
import { protocolNumber } from "../../engine/net/protocol.js";
import {
  assumedHost,
  LOOPBACK,
  makeInterface,
  makeInterfaceAddress,
} from "../../tracer/host/default-host.js";
import { routesOfAddresses } from "../../tracer/host/routes.js";
import {
  given,
  MAIN_TABLE,
  type HostState,
  type Interface,
  type Route,
} from "../../tracer/host/types.js";
import { makePacket, type PacketParts } from "../../tracer/packet/make.js";
import type { Packet } from "../../tracer/packet/types.js";
import { linkRules, type Backend } from "../../tracer/walk/link.js";
import { memoryOf } from "../../tracer/walk/memory.js";
import { enumerate, walk, type Outcome } from "../../tracer/walk/walk.js";
import { makeWorld, type Statement, type World } from "../../tracer/walk/world.js";
import { seeded } from "../../tracer/choose/seeded.js";

export function address(text: string): Address {
  const found = parseAddress(text);
  if (found === undefined) throw new Error(`${text} is no address`);
  return found;
}

export function prefix(text: string): Prefix {
  const found = parsePrefix(text);
  if (found === undefined) throw new Error(`${text} is no prefix`);
  return found;
}

/** `eth0` with an address or several, as `name addr/len addr/len`. */
export function device(line: string, index: number, parts: Partial<Interface> = {}): Interface {
  const [name = "", ...addresses] = line.split(" ");
  return makeInterface({
    name,
    index,
    addresses: addresses.map((text) => {
      const [own = "", length = "32"] = text.split("/");
      return makeInterfaceAddress(address(own), Number(length));
    }),
    ...parts,
  });
}

export function route(destination: string, dev: string, parts: Partial<Route> = {}): Route {
  return {
    table: MAIN_TABLE,
    type: "unicast",
    destination: prefix(destination),
    hops: [{ via: undefined, device: dev, weight: 1 }],
    preferredSource: undefined,
    metric: 0,
    tos: 0,
    ...parts,
  };
}

export function via(gateway: string, dev: string): Partial<Route> {
  return { hops: [{ via: address(gateway), device: dev, weight: 1 }] };
}

export interface Node {
  readonly devices?: readonly Interface[];
  readonly routes?: readonly Route[];
  readonly sysctls?: Readonly<Record<string, number>>;
  readonly host?: Partial<HostState>;
}

/**
 * A node between the outside (`eth0`, 192.0.2.1/24, gateway 192.0.2.254) and its pods (`cni0`,
 * 10.0.0.1/24), which forwards.
 */
export const DEVICES: readonly Interface[] = [
  LOOPBACK,
  device("eth0 192.0.2.1/24 2001:db8::1/64", 2),
  device("cni0 10.0.0.1/24 fd00::1/64", 3),
];

export function host(node: Node = {}): HostState {
  const devices = node.devices ?? DEVICES;
  const others = node.routes ?? [
    route("0.0.0.0/0", "eth0", via("192.0.2.254", "eth0")),
    route("::/0", "eth0", via("2001:db8::fe", "eth0")),
  ];
  const base = assumedHost(devices, [...routesOfAddresses(devices, true), ...others], {
    interfaces: "test",
    routes: "test",
  });
  const settings = {
    "net.ipv4.ip_forward": 1,
    "net.ipv6.conf.all.forwarding": 1,
    ...node.sysctls,
  };
  return {
    ...base,
    interfaces: given(devices),
    routes: given([...routesOfAddresses(devices, true), ...others]),
    sysctls: new Map(Object.entries(settings).map(([name, value]) => [name, given(value)])),
    connections: given([]),
    recent: given(new Map()),
    now: given(Date.UTC(2026, 0, 1)),
    ...node.host,
  };
}

const BUILT_IN = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
  security: ["INPUT", "FORWARD", "OUTPUT"],
} as const;

export type RulesText = Partial<Record<keyof typeof BUILT_IN, string>>;

/**
 * A dump from the lines that matter: `-A` may be left out, `:CHAIN POLICY` lines override the
 * policy ACCEPT, and user chains that are used need no declaration.
 */
export function dumpOf(tables: RulesText): string {
  const parts: string[] = [];
  for (const [table, text] of Object.entries(tables)) {
    const lines = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    const rules = lines.filter((line) => !line.startsWith(":"));
    const declared = new Map<string, string>(
      Object.entries(BUILT_IN)
        .filter(([name]) => name === table)
        .flatMap(([, chains]) => chains.map((chain): [string, string] => [chain, "ACCEPT"])),
    );
    for (const rule of rules) {
      const chain = rule.replace(/^-A /, "").split(" ")[0] ?? "";
      if (!declared.has(chain)) declared.set(chain, "-");
    }
    for (const line of lines.filter((text_) => text_.startsWith(":"))) {
      const [chain = "", policy = "-"] = line.slice(1).split(" ");
      declared.set(chain, policy);
    }
    parts.push(
      `*${table}`,
      ...[...declared].map(([chain, policy]) => `:${chain} ${policy} [0:0]`),
      ...rules.map((rule) => (rule.startsWith("-A ") ? rule : `-A ${rule}`)),
      "COMMIT",
    );
  }
  return `${parts.join("\n")}\n`;
}

export interface Setting extends Node {
  readonly backend?: Backend;
  readonly family?: 4 | 6;
  readonly statements?: readonly Statement[];
  /** Faults of the rules are no reason to stop. */
  readonly tolerant?: boolean;
}

export function worldOf(rules: RulesText | string, setting: Setting = {}): World {
  const text = typeof rules === "string" ? rules : dumpOf(rules);
  if (text === "\n") return emptyWorld(setting);
  const { value, faults } = parseDump(text, { family: setting.family ?? 4 });
  const [first] = faults;
  if (first !== undefined && setting.tolerant !== true)
    throw new Error(`${first.message} (line ${first.at.line ?? 0})`);
  return makeWorld({
    rules: value.sections.map(({ ruleset }) => linkRules(ruleset, setting.backend)),
    host: host(setting),
    statements: setting.statements ?? [],
  });
}

/** No table is loaded at all. */
function emptyWorld(setting: Setting): World {
  return makeWorld({ rules: [], host: host(setting), statements: setting.statements ?? [] });
}

/**
 * `tcp 198.51.100.7:40000 > 192.0.2.1:80 eth0`; without an interface the node makes it. Protocols by
 * name or number, ports where there are any.
 */
export function packet(text: string, parts: Partial<Packet> = {}): Packet {
  const [protocol = "", from = "", , to = "", inInterface] = text.split(" ");
  const [source, sourcePort] = splitPort(from);
  const [destination, destinationPort] = splitPort(to);
  const made: PacketParts = {
    protocol: protocolNumber(protocol) ?? 0,
    source: address(source),
    destination: address(destination),
    inInterface,
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(destinationPort === undefined ? {} : { destinationPort }),
    ...parts,
  };
  return makePacket(made);
}

function splitPort(text: string): readonly [host: string, port: number | undefined] {
  const parts = /^(?:\[(?<six>.*)\]|(?<four>[^:]*))(?::(?<port>\d+))?$/.exec(text)?.groups;
  if (parts === undefined) return [text, undefined];
  const port = parts["port"];
  return [parts["six"] ?? parts["four"] ?? "", port === undefined ? undefined : Number(port)];
}

/** The one outcome of a walk on which nothing is random and nothing unknown. */
export function only(outcomes: readonly Outcome[]): Outcome {
  const [first, second] = outcomes;
  if (first === undefined || second !== undefined) {
    throw new Error(`${outcomes.length} outcomes where one was expected`);
  }
  return first;
}

export function trace(world: World, sent: Packet): Outcome {
  return only(enumerate(world, memoryOf(world.host), sent));
}

/** The next packet, on a node that remembers the ones before. */
export function next(world: World, before: Outcome, sent: Packet): Outcome {
  return only(enumerate(world, before.memory, sent));
}

export function draw(world: World, sent: Packet, seed: string): Outcome {
  return only(walk(world, memoryOf(world.host), sent, { chooser: seeded(seed) }));
}

/** `nat PREROUTING 1 DNAT`, in order. */
export function stepsOf({ path }: Outcome): readonly string[] {
  return path.steps.map(({ hook, table, chain, rule, target }) =>
    [chain === hook ? "" : hook, table, chain, rule, target]
      .filter((part) => part !== "")
      .join(" "),
  );
}

/** `raw PREROUTING`, `mangle PREROUTING`, ...: the tables visited, in order. */
export function visitsOf({ events }: Outcome): readonly string[] {
  return events.flatMap((event) =>
    event.kind === "entered" ? [`${event.table} ${event.hook}`] : [],
  );
}
