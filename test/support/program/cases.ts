import fc, { type Arbitrary } from "fast-check";
import { is, makeRule } from "../../../engine/iptables/make.js";
import { printProbability } from "../../../engine/iptables/probability.js";
import {
  BUILT_IN_CHAINS,
  type Chain,
  type Hook,
  type Match,
  type Negatable,
  type Rule,
  type Ruleset,
  type Table,
  type TableName,
  type Target,
} from "../../../engine/iptables/types.js";
import type { Address, Family } from "../../../engine/net/ip.js";
import { makePrefix, maskOfLength, type Prefix } from "../../../engine/net/prefix.js";
import { ICMP, ICMPV6, SCTP, TCP, UDP } from "../../../engine/net/protocol.js";
import {
  given,
  type Connection,
  type HostState,
  type Interface,
  type IpSet,
} from "../../../tracer/host/types.js";
import { makePacket } from "../../../tracer/packet/make.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { address, device, DEVICES, host, route, via } from "../walk.js";

/*
 * Rulesets, hosts and packets out of so few addresses, ports, marks and interfaces that rules match
 * often, several rules of a chain compete, and every kind of look-up is met.
 */

export interface Case {
  readonly ruleset: Ruleset;
  readonly host: HostState;
  readonly packets: readonly Packet[];
  readonly seed: string;
}

const ORIGIN = { kind: "compiled", subject: undefined, reason: "generated" } as const;

const ADDRESSES: Readonly<Record<Family, readonly Address[]>> = {
  4: [
    "10.96.0.1",
    "10.96.0.2",
    "10.96.0.3",
    "10.0.0.1",
    "10.0.0.5",
    "10.0.0.6",
    "10.1.0.7",
    "192.0.2.1",
    "192.0.2.9",
    "198.51.100.7",
    "127.0.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
  ].map(address),
  6: [
    "fd00:96::1",
    "fd00:96::2",
    "fd00::1",
    "fd00::5",
    "fd00:1::7",
    "2001:db8::1",
    "2001:db8::9",
    "2001:db8:9::7",
    "::1",
    "fe80::5",
    "ff02::1",
  ].map(address),
};
const LENGTHS: Readonly<Record<Family, readonly number[]>> = {
  4: [0, 4, 8, 16, 24, 31, 32, 32, 32, 32],
  6: [0, 8, 16, 48, 64, 127, 128, 128, 128],
};
const PORTS = [53, 80, 81, 443, 8080, 30080, 40000];
const NAMES = ["eth0", "cni0", "lo", "eth+", "cni0+", "+", "eth9"];
const MARKS = [0, 1, 0x4000, 0x4001, 0xff];

function plainAddress(family: Family): Arbitrary<Address> {
  return fc.constantFrom(...ADDRESSES[family].slice(0, family === 4 ? 10 : 8));
}

function anyAddress(family: Family): Arbitrary<Address> {
  return fc.oneof(
    { weight: 12, arbitrary: plainAddress(family) },
    { weight: 1, arbitrary: fc.constantFrom(...ADDRESSES[family]) },
  );
}

/** Who mostly sends: two pods, a client on the link, one far away, and the node itself. */
function senderOf(family: Family): Arbitrary<Address> {
  const all = ADDRESSES[family];
  const usual =
    family === 4 ? [all[4], all[5], all[8], all[9], all[7]] : [all[3], all[6], all[7], all[5]];
  const known = usual.filter((one) => one !== undefined);
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...all) },
  );
}

function prefixOf(family: Family): Arbitrary<Prefix> {
  return fc
    .tuple(fc.constantFrom(...ADDRESSES[family]), fc.constantFrom(...LENGTHS[family]))
    .map(([base, length]) => makePrefix(base, maskOfLength(family, length)));
}

const port = fc.constantFrom(...PORTS);
const ports = fc.oneof(
  { weight: 4, arbitrary: port.map((one) => ({ min: one, max: one })) },
  { weight: 1, arbitrary: fc.tuple(port, port).map(([min, max]) => ({ min, max })) },
);

function not<T>(value: Arbitrary<T>, oneIn = 6): Arbitrary<Negatable<T>> {
  return fc
    .tuple(fc.integer({ min: 1, max: oneIn }), value)
    .map(([turn, plain]) => ({ not: turn === 1, value: plain }));
}

function maybe<T>(value: Arbitrary<T>, oneIn = 3): Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: oneIn - 1 });
}

const masked = fc.record({
  value: fc.constantFrom(...MARKS),
  mask: fc.constantFrom(0xffffffff, 0x4000, 0xff, 0),
});

/** What rules of a family mostly ask for, transport matches included. */
function bodyOf(family: Family): Arbitrary<Pick<Rule, "protocol" | "matches">> {
  const transport = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(TCP, UDP, SCTP), maybe(not(ports), 4), maybe(not(ports)))
        .map(([protocol, sport, dport]) => ({
          protocol: is(protocol),
          matches: [transportMatch(protocol, sport, dport)],
        })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(TCP, UDP), not(fc.array(ports, { minLength: 1, maxLength: 3 })))
        .chain(([protocol, list]) =>
          fc.constantFrom("sports" as const, "dports" as const, "ports" as const).map((side) => ({
            protocol: is(protocol),
            matches: [{ name: "multiport", [side]: list } satisfies Match],
          })),
        ),
    },
    {
      weight: 2,
      arbitrary: maybe(not(fc.constantFrom(TCP, UDP, ICMP, ICMPV6, 47))).map((protocol) => ({
        protocol,
        matches: [],
      })),
    },
    {
      weight: 1,
      arbitrary: maybe(
        not(
          fc.record({
            type: fc.constantFrom(8, 0, 3, 128, 255),
            minCode: fc.constant(0),
            maxCode: fc.constantFrom(0, 255),
          }),
        ),
      ).map((type) => ({
        protocol: is(family === 4 ? ICMP : ICMPV6),
        matches: [
          {
            name: family === 4 ? "icmp" : "icmp6",
            ...(type === undefined ? {} : { type }),
          } satisfies Match,
        ],
      })),
    },
  );
  const extra = fc.array(extraMatch(family), { maxLength: 2 });
  return fc.tuple(transport, extra, fc.boolean()).map(([{ protocol, matches }, more, first]) => ({
    protocol,
    matches: first ? [...matches, ...more] : [...more, ...matches],
  }));
}

function transportMatch(
  protocol: number,
  sport: Negatable<{ min: number; max: number }> | undefined,
  dport: Negatable<{ min: number; max: number }> | undefined,
): Match {
  const name = protocol === TCP ? "tcp" : protocol === UDP ? "udp" : "sctp";
  return {
    name,
    ...(sport === undefined ? {} : { sport }),
    ...(dport === undefined ? {} : { dport }),
  };
}

const threshold = fc.constantFrom(0, 1, 2 ** 29, 2 ** 30, 2 ** 30, 2 ** 31 - 1, 2 ** 31);

function extraMatch(family: Family): Arbitrary<Match> {
  const states = fc.subarray(
    ["NEW", "ESTABLISHED", "INVALID", "DNAT", "SNAT", "UNTRACKED"] as const,
    {
      minLength: 1,
    },
  );
  const types = fc.subarray(["LOCAL", "UNICAST", "MULTICAST"] as const, { minLength: 1 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<Match>({ name: "comment", comment: "x" }) },
    { weight: 4, arbitrary: not(masked).map((mark): Match => ({ name: "mark", mark })) },
    {
      weight: 4,
      arbitrary: fc.tuple(threshold, fc.boolean()).map(([ways, negated]): Match => ({
        name: "statistic",
        mode: "random",
        probability: { not: negated, value: { threshold: ways, text: printProbability(ways) } },
      })),
    },
    { weight: 2, arbitrary: not(states).map((ctstate): Match => ({ name: "conntrack", ctstate })) },
    { weight: 1, arbitrary: not(states).map((state): Match => ({ name: "state", state })) },
    { weight: 2, arbitrary: not(types).map((dstType): Match => ({ name: "addrtype", dstType })) },
    {
      weight: 1,
      arbitrary: not(types).map((srcType): Match => ({ name: "addrtype", srcType })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(not(fc.constantFrom(`ips${family}`, `nets${family}`)), fc.constantFrom("src", "dst"))
        .map(([{ not: negated, value }, side]): Match => ({
          name: "set",
          matchSet: { not: negated, value: { set: value, parts: [side] } },
        })),
    },
    { weight: 1, arbitrary: rare(family) },
  );
}

/** Matches that are asked one by one, leave something behind, or are in doubt. */
function rare(family: Family): Arbitrary<Match> {
  const tcpOption: Match = { name: "tcp", tcpOption: is(5) };
  return fc.constantFrom<Match>(
    { name: "statistic", mode: "nth", every: is(2), packet: 0 },
    { name: "limit", burst: 1 },
    { name: "recent", set: is(true), list: "seen" },
    { name: "recent", rcheck: is(true), list: "seen" },
    { name: "recent", rcheck: is(true), list: "old", seconds: 60 },
    { name: "set", matchSet: is({ set: `pairs${family}`, parts: ["dst", "dst"] }) },
    { name: "set", matchSet: is({ set: "nobody-knows", parts: ["src"] }) },
    { name: "conntrack", ctstate: is(["NEW"]), ctproto: is(6) },
    { name: "connmark", mark: is({ value: 1, mask: 1 }) },
    { name: "ttl", lt: 64 },
    { name: "owner", uid: is({ min: 0, max: 0 }) },
    { name: "opaque", extension: "bpf", words: "-m bpf", reason: "generated" },
    { name: "physdev", in: is("eth1") },
    { name: "physdev", isBridged: is(true) },
    tcpOption,
  );
}

function targetOf(
  table: TableName,
  hooks: readonly Hook[],
  family: Family,
  chains: readonly string[],
): Arbitrary<Target | undefined> {
  const mark = fc.record({
    name: fc.constant("MARK" as const),
    xmark: fc.record({
      value: fc.constantFrom(...MARKS),
      mask: fc.constantFrom(0xffffffff, 0x4000, 0),
    }),
  });
  const options: { readonly weight: number; readonly arbitrary: Arbitrary<Target | undefined> }[] =
    [
      { weight: 3, arbitrary: fc.constant<Target>({ name: "ACCEPT" }) },
      { weight: 2, arbitrary: fc.constant<Target>({ name: "RETURN" }) },
      { weight: 4, arbitrary: mark },
      { weight: 2, arbitrary: fc.constantFrom<Target | undefined>(undefined, { name: "LOG" }) },
    ];
  const add = (weight: number, arbitrary: Arbitrary<Target>): void => {
    options.push({ weight, arbitrary });
  };
  if (chains.length > 0) {
    const jump = fc.constantFrom("jump" as const, "jump" as const, "goto" as const);
    add(8, fc.record({ name: jump, chain: fc.constantFrom(...chains) }));
  }
  if (table !== "nat") add(1, fc.constant({ name: "DROP" }));
  if (table === "filter") {
    const icmp = family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable";
    add(1, fc.constant({ name: "REJECT", rejectWith: icmp }));
  }
  if (table === "mangle") {
    add(1, fc.constant<Target>(family === 4 ? { name: "TTL", dec: 1 } : { name: "HL", dec: 1 }));
    add(1, fc.constant<Target>({ name: "CONNMARK", save: true }));
    const addSet = { set: `ips${family}`, parts: ["src"] } as const;
    add(1, fc.constant<Target>({ name: "SET", addSet }));
  }
  if (table === "raw") add(1, fc.constant<Target>({ name: "CT", notrack: true }));
  if (table === "nat") addNat(add, hooks, family);
  return fc.oneof(...options);
}

function addNat(
  add: (weight: number, arbitrary: Arbitrary<Target>) => void,
  hooks: readonly Hook[],
  family: Family,
): void {
  const one = plainAddress(family).map((own) => ({ min: own, max: own }));
  if (hooks.every((hook) => hook === "PREROUTING" || hook === "OUTPUT")) {
    const single = port.map((number) => ({ min: number, max: number }));
    add(
      8,
      fc
        .tuple(maybe(one, 8), maybe(single, 2), fc.integer({ min: 0, max: 12 }))
        .map(([addresses, to, odd]): Target => {
          const asked = odd === 1 ? { min: 8000, max: 8003 } : to;
          const toDestination = Object.assign(
            {},
            addresses === undefined ? undefined : { addresses },
            asked === undefined ? undefined : { ports: asked },
          );
          if (odd === 2) return { name: "DNAT", toDestination, random: true };
          return { name: "DNAT", toDestination };
        }),
    );
    add(1, fc.constant({ name: "REDIRECT", toPorts: { min: 8080, max: 8080 } }));
  }
  if (hooks.every((hook) => hook === "POSTROUTING")) {
    add(
      4,
      fc.constantFrom<Target>({ name: "MASQUERADE" }, { name: "MASQUERADE", randomFully: true }),
    );
  }
  if (hooks.every((hook) => hook === "POSTROUTING" || hook === "INPUT")) {
    add(
      2,
      one.map((addresses): Target => ({ name: "SNAT", toSource: { addresses } })),
    );
  }
}

interface Place {
  readonly name: string;
  readonly hooks: readonly Hook[];
  readonly builtIn: boolean;
}

function tableOf(name: TableName, family: Family, size: Size): Arbitrary<Table> {
  const hooks = BUILT_IN_CHAINS[name];
  const user = fc.array(fc.subarray([...hooks], { minLength: 1 }), { maxLength: 4 });
  return user.chain((subsets) => {
    const places: Place[] = hooks.map((hook) => ({ name: hook, hooks: [hook], builtIn: true }));
    for (const [at, subset] of subsets.entries()) {
      places.push({ name: `c${at}`, hooks: subset, builtIn: false });
    }
    return fc
      .tuple(...places.map((place, at) => chainOf(place, places.slice(at + 1), name, family, size)))
      .map((chains) => ({ name, chains: new Map(chains.map((one) => [one.name, one])) }));
  });
}

/** How much there may be of a table. */
interface Size {
  readonly rules: number;
  readonly rowsOfDraws: boolean;
}

function chainOf(
  place: Place,
  later: readonly Place[],
  table: TableName,
  family: Family,
  { rules: most, rowsOfDraws }: Size,
): Arbitrary<Chain> {
  const chains = later
    .filter(({ builtIn, hooks }) => !builtIn && place.hooks.every((hook) => hooks.includes(hook)))
    .map(({ name }) => name);
  const rules = fc.array(ruleOf(place.hooks, table, family, chains), {
    maxLength: most,
    size: "max",
  });
  const last = fc.oneof(
    { weight: 2, arbitrary: fc.constant<readonly Rule[]>([]) },
    ...(rowsOfDraws && chains.length > 0 ? [{ weight: 1, arbitrary: drawnCalls(chains) }] : []),
    ...(table === "nat" && place.hooks.every((hook) => hook === "PREROUTING" || hook === "OUTPUT")
      ? [{ weight: 1, arbitrary: endpointRules(family) }]
      : []),
  );
  const policy = place.builtIn
    ? fc.integer({ min: 1, max: 12 }).map((turn) => (turn === 1 ? "DROP" : "ACCEPT"))
    : fc.constant(undefined);
  return fc.tuple(rules, last, policy).map(([list, more, decided]) => ({
    name: place.name,
    policy: decided,
    counters: undefined,
    rules: list.concat(more),
    line: undefined,
  }));
}

/** Calls that are drawn one after the other, as kube-proxy spreads a Service's connections; or not evenly. */
function drawnCalls(chains: readonly string[]): Arbitrary<readonly Rule[]> {
  const call = fc.record({
    ways: fc.oneof(
      threshold,
      fc.integer({ min: 2, max: 5 }).map((n) => Math.round(2 ** 31 / n)),
      fc.constantFrom(2 ** 31 - 200_000, 2 ** 31 - 2),
    ),
    chain: fc.constantFrom(...chains),
  });
  return fc.array(call, { minLength: 1, maxLength: 6 }).map((calls) =>
    calls.map(({ ways, chain }) => {
      const value = { threshold: ways, text: printProbability(ways) };
      const probability = { not: false, value };
      const matches: readonly Match[] = [{ name: "statistic", mode: "random", probability }];
      return makeRule({ matches, target: { name: "jump", chain }, origin: ORIGIN });
    }),
  );
}

/** What is marked when it asks for itself, and is translated. */
function endpointRules(family: Family): Arbitrary<readonly Rule[]> {
  return plainAddress(family).map((own) => {
    const source = is(makePrefix(own, maskOfLength(family, family === 4 ? 32 : 128)));
    const mark: Target = { name: "MARK", xmark: { value: 0x4000, mask: 0x4000 } };
    const toDestination = { addresses: { min: own, max: own }, ports: { min: 8080, max: 8080 } };
    return [
      makeRule({ source, target: mark, origin: ORIGIN }),
      makeRule({ protocol: is(TCP), target: { name: "DNAT", toDestination }, origin: ORIGIN }),
    ];
  });
}

function ruleOf(
  hooks: readonly Hook[],
  table: TableName,
  family: Family,
  chains: readonly string[],
): Arbitrary<Rule> {
  const name = not(fc.constantFrom(...NAMES));
  return fc
    .record({
      source: maybe(not(prefixOf(family)), 4),
      destination: maybe(not(prefixOf(family)), 2),
      inInterface: maybe(name, 5),
      outInterface: maybe(name, 5),
      fragment: maybe(not(fc.constant(true as const), 2), 20),
      body: bodyOf(family),
      target: targetOf(table, hooks, family, chains),
    })
    .map(({ body, ...header }) => makeRule({ ...header, ...body, origin: ORIGIN }));
}

function rulesetOf(family: Family, rowsOfDraws: boolean): Arbitrary<Ruleset> {
  const names = fc.subarray(["raw", "mangle", "nat", "filter", "security"] as const, {
    minLength: 1,
  });
  return fc.tuple(names, fc.constantFrom(3, 6, 24)).chain(([list, rules]) =>
    fc
      .tuple(...list.map((name) => tableOf(name, family, { rules, rowsOfDraws })))
      .map((tables) => ({
        family,
        tables: new Map(tables.map((table) => [table.name, table])),
      })),
  );
}

function setsOf(family: Family): Arbitrary<ReadonlyMap<string, IpSet>> {
  const own = fc.record({
    low: anyAddress(family),
    high: anyAddress(family),
    nomatch: fc.boolean(),
  });
  const common = { family, markMask: 0xffffffff };
  return fc
    .tuple(fc.array(anyAddress(family), { maxLength: 4 }), fc.array(own, { maxLength: 3 }))
    .map(([singles, ranges]) => {
      const ips: IpSet = {
        ...common,
        name: `ips${family}`,
        type: "hash:ip",
        dimensions: ["ip"],
        entries: singles.map((one, at) => ({
          parts: [{ kind: "addresses", min: one, max: one }],
          nomatch: false,
          timeout: at === 0 ? 30 : undefined,
          extra: {},
        })),
      };
      const nets: IpSet = {
        ...common,
        name: `nets${family}`,
        type: "hash:net",
        dimensions: ["net"],
        entries: ranges.map(({ low, high, nomatch }) => ({
          parts: [
            { kind: "addresses", min: low < high ? low : high, max: low < high ? high : low },
          ],
          nomatch,
          timeout: undefined,
          extra: {},
        })),
      };
      const pairs: IpSet = {
        ...common,
        name: `pairs${family}`,
        type: "hash:ip,port",
        dimensions: ["ip", "port"],
        entries: singles.map((one) => ({
          parts: [
            { kind: "addresses", min: one, max: one },
            { kind: "ports", protocol: TCP, min: 80, max: 80 },
          ],
          nomatch: false,
          timeout: undefined,
          extra: {},
        })),
      };
      return new Map([ips, nets, pairs].map((set) => [set.name, set]));
    });
}

function connectionOf(family: Family): Arbitrary<Connection> {
  return fc
    .tuple(plainAddress(family), plainAddress(family), plainAddress(family), port, port)
    .map(([source, destination, endpoint, from, to]): Connection => ({
      original: { protocol: UDP, source, destination, sourcePort: from, destinationPort: to },
      reply: {
        protocol: UDP,
        source: endpoint,
        destination: source,
        sourcePort: to,
        destinationPort: from,
      },
      zone: 0,
      mark: 0,
      seenReply: false,
      assured: false,
      tcpState: undefined,
      timeout: 30,
      master: undefined,
      helper: undefined,
    }));
}

/** 0: no bridge; 1 and 2: `cni0` is one; 3: and `eth1` a port of it. */
function bridged(devices: readonly Interface[], kind: number): readonly Interface[] {
  return devices.map((one) => {
    const isBridge = one.name === "cni0" && kind > 0;
    const isPort = one.name === "eth1" && kind === 3;
    return { ...one, kind: isBridge ? "bridge" : one.kind, master: isPort ? "cni0" : one.master };
  });
}

export function hostOf(family: Family): Arbitrary<HostState> {
  const setting = (values: readonly number[]) => fc.constantFrom(...values);
  return fc
    .record({
      sets: setsOf(family),
      connections: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(connectionOf(family), { maxLength: 6 }) },
      ),
      forward: setting([1, 1, 1, 0]),
      localnet: setting([0, 1]),
      reverse: setting([0, 0, 1, 2]),
      extraRoutes: fc.boolean(),
      twoHops: setting([0, 0, 0, 0, 1]),
      markRule: setting([0, 0, 0, 0, 0, 0, 1, 1, 1, 2]),
      tracks: fc.boolean(),
      recent: fc.boolean(),
      bridge: setting([0, 0, 0, 0, 0, 1, 2, 3]),
    })
    .map((made) => {
      const own = host({
        devices: bridged([...DEVICES, device("eth1 203.0.113.9/24", 4)], made.bridge),
        sysctls: {
          "net.bridge.bridge-nf-call-iptables": made.bridge === 2 ? 0 : 1,
          "net.bridge.bridge-nf-call-ip6tables": made.bridge === 2 ? 0 : 1,
          "net.ipv4.ip_forward": made.forward,
          "net.ipv6.conf.all.forwarding": made.forward,
          "net.ipv4.conf.all.route_localnet": made.localnet,
          "net.ipv4.conf.all.rp_filter": made.reverse,
        },
        routes: routesOf(made.extraRoutes, made.twoHops === 1),
      });
      return Object.assign(own, {
        sets: made.sets,
        connections: given(made.connections),
        tracksConnections: given(made.tracks),
        recent: given(new Map(made.recent ? [["old", RECENT]] : [])),
        routingRules: withMarkRule(own.routingRules, family, made.markRule),
      });
    });
}

const RECENT = [
  { address: address("198.51.100.7"), ttl: 64, stamps: [Date.UTC(2026, 0, 1) - 1000] },
  { address: address("2001:db8:9::7"), ttl: 64, stamps: [Date.UTC(2026, 0, 1) - 1000] },
];

function routesOf(extra: boolean, twoHops: boolean): HostState["routes"]["value"] {
  const [first] = via("192.0.2.254", "eth0").hops ?? [];
  const second = { via: undefined, device: "eth1", weight: 1 };
  const routes = [
    route(
      "0.0.0.0/0",
      "eth0",
      twoHops && first !== undefined ? { hops: [first, second] } : via("192.0.2.254", "eth0"),
    ),
    route("::/0", "eth0", via("2001:db8::fe", "eth0")),
    route("0.0.0.0/0", "eth1", { table: 100 }),
    route("::/0", "eth1", { table: 100 }),
  ];
  if (!extra) return routes;
  return [
    ...routes,
    route("10.1.0.0/24", "eth0", via("192.0.2.3", "eth0")),
    route("fd00:1::/64", "eth0", via("2001:db8::3", "eth0")),
    route("10.96.0.3/32", "lo", { type: "blackhole", hops: [] }),
    route("fd00:96::2/128", "lo", { type: "unreachable", hops: [] }),
  ];
}

/** 1: packets of mark 1 have a table of their own; 2: packets of one protocol, which is not learnt. */
function withMarkRule(
  rules: HostState["routingRules"],
  family: Family,
  which: number,
): HostState["routingRules"] {
  const [first] = rules[family].value;
  if (first === undefined || which === 0) return rules;
  const rule = {
    ...first,
    priority: 1,
    mark: which === 1 ? { value: 1, mask: 1 } : undefined,
    protocol: which === 2 ? UDP : undefined,
    action: { kind: "lookup", table: 100 } as const,
  };
  const changed = given([first, rule, ...rules[family].value.slice(1)]);
  return family === 4 ? { 4: changed, 6: rules[6] } : { 4: rules[4], 6: changed };
}

export function packetOf(family: Family): Arbitrary<Packet> {
  return fc
    .record({
      protocol: fc.constantFrom(TCP, TCP, TCP, UDP, UDP, SCTP, family === 4 ? ICMP : ICMPV6, 47),
      source: senderOf(family),
      destination: anyAddress(family),
      sourcePort: port,
      destinationPort: port,
      inInterface: fc.constantFrom("eth0", "eth0", "cni0", "cni0", undefined, "lo", "wg7"),
      mark: fc.constantFrom(0, 0, 0, ...MARKS),
      tcpFlags: fc.constantFrom(2, 2, 2, 2, 16, 18, 4),
      icmpType: fc.constantFrom(8, 8, 128, 128, 0, 3),
      ttl: fc.constantFrom(64, 64, 64, 1, 2),
    })
    .map(({ protocol, sourcePort, destinationPort, tcpFlags, icmpType, ...rest }) => {
      const hasPorts = protocol === TCP || protocol === UDP || protocol === SCTP;
      const icmp = protocol === ICMP || protocol === ICMPV6;
      return makePacket({
        ...rest,
        protocol,
        ...(hasPorts ? { sourcePort, destinationPort } : {}),
        ...(protocol === TCP ? { tcpFlags } : {}),
        ...(icmp ? { icmpType, icmpCode: 0, icmpId: 7 } : {}),
      });
    });
}

/** Packets that differ in nothing but addresses and ports: a batch of them is seen to be alike. */
function alikePackets(family: Family, most: number): Arbitrary<readonly Packet[]> {
  const others = fc.array(packetOf(family), { minLength: 4, maxLength: most, size: "max" });
  return fc
    .tuple(packetOf(family), others)
    .map(([first, list]) => list.slice(0, list.length & ~3).map((other) => between(first, other)));
}

/** The first packet, from and to where the other one goes. */
function between(first: Packet, { source, destination, ...other }: Packet): Packet {
  if (first.sourcePort === undefined) return { ...first, source, destination };
  const { sourcePort = first.sourcePort, destinationPort = first.destinationPort } = other;
  return { ...first, source, destination, sourcePort, destinationPort };
}

/**
 * A ruleset, a host and a handful of packets. `rowsOfDraws`: chains may end with calls drawn one after
 * the other, too many for all ways to be followed.
 */
export function caseArbitrary(family: Family, packets = 8, rowsOfDraws = false): Arbitrary<Case> {
  return fc.record({
    ruleset: rulesetOf(family, rowsOfDraws),
    host: hostOf(family),
    packets: fc.oneof(
      fc
        .tuple(
          fc.array(packetOf(family), { minLength: 1, maxLength: packets, size: "max" }),
          fc.boolean(),
        )
        // What was learnt from a packet shows on the next one like it.
        .map(([list, twice]) => list.concat(twice ? list : [])),
      alikePackets(family, packets),
    ),
    seed: fc.integer({ min: 0, max: 1_000_000 }).map(String),
  });
}
