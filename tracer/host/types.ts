import type { Address, Family } from "../../engine/net/ip.js";
import type { Prefix } from "../../engine/net/prefix.js";
import type { Field } from "../packet/field.js";

/**
 * A piece of the host's state: given by the user or read from the node, or assumed. A walk that
 * uses an assumed piece reports it, with `because`.
 */
export type Stated<T> =
  | { readonly kind: "given"; readonly value: T }
  | { readonly kind: "assumed"; readonly value: T; readonly because: string };

/** A piece of state that was read from the node or stated. */
export function given<T>(value: T): Stated<T> {
  return { kind: "given", value };
}

/** A piece of state that nobody gave, and why it is taken to be so. */
export function assumed<T>(value: T, because: string): Stated<T> {
  return { kind: "assumed", value, because };
}

/** As `ip addr` names them; the kernel compares their numbers (0, 200, 253, 254). */
export type Scope = "global" | "site" | "link" | "host";

/** An address of an interface, as `ip addr` prints it. */
export interface InterfaceAddress {
  readonly address: Address;
  /** 0 to 32 or 0 to 128. */
  readonly prefixLength: number;
  readonly scope: Scope;
  /** Second and further addresses of one subnet (IPv4). */
  readonly secondary: boolean;
  /** IPv6 past its preferred lifetime. */
  readonly deprecated: boolean;
  readonly broadcast: Address | undefined;
  readonly peer: Address | undefined;
}

/** An interface of the node. */
export interface Interface {
  readonly name: string;
  readonly index: number;
  readonly up: boolean;
  readonly loopback: boolean;
  /** In octets. */
  readonly mtu: number | undefined;
  /** The bridge, bond or VRF that it is a port of. */
  readonly master: string | undefined;
  /** `bridge`, `veth`, `vxlan`, ... as `ip -d link` prints it. */
  readonly kind: string | undefined;
  readonly mac: string | undefined;
  /** `ip link set group`; absent: not given. */
  readonly group?: number;
  /** In the order of `ip addr`: the kernel picks the first that fits. */
  readonly addresses: readonly InterfaceAddress[];
}

/** As `ip route` names them. */
export type RouteType =
  | "unicast"
  | "local"
  | "broadcast"
  | "anycast"
  | "multicast"
  | "blackhole"
  | "unreachable"
  | "prohibit"
  | "throw";

/** One of the ways that a route's packets may take. */
export interface NextHop {
  /** `undefined`: the destination itself is on the link. */
  readonly via: Address | undefined;
  readonly device: string;
  /** 1 for a single hop. */
  readonly weight: number;
}

/** The routing table of the node's own addresses. */
export const LOCAL_TABLE = 255;
/** The routing table of `ip route` without `table`. */
export const MAIN_TABLE = 254;
/** The routing table that is asked last. */
export const DEFAULT_TABLE = 253;

/** One line of `ip route show table all`. */
export interface Route {
  /** 255 local, 254 main, 253 default. */
  readonly table: number;
  readonly type: RouteType;
  readonly destination: Prefix;
  /** Empty for blackhole, unreachable, prohibit and throw. */
  readonly hops: readonly NextHop[];
  /** `src`: the source address for packets that the node makes itself. */
  readonly preferredSource: Address | undefined;
  /** Lower wins among routes of one prefix. */
  readonly metric: number;
  /** IPv4 `tos`; 0: any. */
  readonly tos: number;
  /** IPv4 `realms FROM/TO`, FROM in the upper 16 bits; absent: none. */
  readonly realms?: Field<number>;
}

/** What a routing rule does with packets that it selects. */
export type RuleAction =
  | { readonly kind: "lookup"; readonly table: number }
  | { readonly kind: "goto"; readonly priority: number }
  | { readonly kind: "nop" | "blackhole" | "unreachable" | "prohibit" };

/** One line of `ip rule`. Absent selectors are `undefined`. */
export interface RoutingRule {
  readonly priority: number;
  /** The selectors are to be false. */
  readonly not: boolean;
  readonly from: Prefix | undefined;
  readonly to: Prefix | undefined;
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  readonly mark: { readonly value: number; readonly mask: number } | undefined;
  readonly tos: number | undefined;
  readonly protocol: number | undefined;
  readonly sourcePorts: { readonly min: number; readonly max: number } | undefined;
  readonly destinationPorts: { readonly min: number; readonly max: number } | undefined;
  readonly uids: { readonly min: number; readonly max: number } | undefined;
  readonly action: RuleAction;
  /** Routes with a prefix of this length or shorter do not count (`suppress_prefixlength`). */
  readonly suppressPrefixLength: number | undefined;
  /** As a route's, for all routes found by this rule. */
  readonly realms?: Field<number>;
}

/** One dimension of an ipset's type, as in `hash:net,port,iface`. */
export type SetDimension = "ip" | "net" | "port" | "mac" | "iface" | "mark" | "set";

/** What an entry holds in one dimension. */
export type SetPart =
  | { readonly kind: "addresses"; readonly min: Address; readonly max: Address }
  /** `protocol` is `undefined` in `bitmap:port`, which holds TCP and UDP ports alike. */
  | {
      readonly kind: "ports";
      readonly protocol: number | undefined;
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly kind: "icmp";
      readonly protocol: number;
      readonly type: number;
      readonly code: number;
    }
  | { readonly kind: "mac"; readonly mac: string }
  | { readonly kind: "interface"; readonly name: string; readonly physical: boolean }
  | { readonly kind: "mark"; readonly value: number }
  | { readonly kind: "set"; readonly name: string };

/** An entry of an ipset. */
export interface SetEntry {
  /** As many as the set has dimensions (`bitmap:ip,mac` may leave out the MAC). */
  readonly parts: readonly SetPart[];
  /** An exception to the other entries. */
  readonly nomatch: boolean;
  /** Seconds left at the host's `now`; `undefined`: for ever. */
  readonly timeout: number | undefined;
  /** `--skbmark`, `--skbprio`, ... as `ipset save` prints them, for `SET --map-set`. */
  readonly extra: Readonly<Record<string, string>>;
}

/** An ipset, as `ipset save` prints it. */
export interface IpSet {
  readonly name: string;
  /** `hash:ip,port`, `bitmap:port`, `list:set`, ... */
  readonly type: string;
  readonly dimensions: readonly SetDimension[];
  readonly family: Family;
  /** `markmask` of `hash:ip,mark`; all ones when not given. */
  readonly markMask: number;
  readonly entries: readonly SetEntry[];
  /** Seconds that an entry stays to which nothing else is said; absent: for ever. */
  readonly timeout?: number;
}

/**
 * One direction of a connection. For ICMP `sourcePort` is the id and `destinationPort` is
 * `type * 256 + code`; protocols without ports have 0 in both (`nf_conntrack_tuple`). A port that
 * NAT draws at random stays unknown.
 */
export interface Tuple {
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: Field<number>;
  readonly destinationPort: Field<number>;
}

/** Of `nf_conntrack_proto_tcp.c`, as `conntrack -L` prints them. */
export type TcpState =
  | "NONE"
  | "SYN_SENT"
  | "SYN_RECV"
  | "ESTABLISHED"
  | "FIN_WAIT"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "TIME_WAIT"
  | "CLOSE"
  | "SYN_SENT2";

/** What one direction of a connection has carried. */
export interface Carried {
  readonly packets: number;
  readonly octets: Field<number>;
}

/** One entry of the connection tracking table. */
export interface Connection {
  readonly original: Tuple;
  /** What a reply carries: the original turned round, with NAT applied. */
  readonly reply: Tuple;
  readonly zone: number;
  /** connmark. */
  readonly mark: number;
  readonly seenReply: boolean;
  readonly assured: boolean;
  /** TCP only. */
  readonly tcpState: TcpState | undefined;
  /** Seconds left at the host's `now`; `undefined`: not known, then taken as not yet over. */
  readonly timeout: number | undefined;
  /** The entry whose helper expected this one. */
  readonly master: Tuple | undefined;
  readonly helper: string | undefined;
  /** What each direction has carried; absent: not counted. */
  readonly carried?: { readonly original: Carried; readonly reply: Carried };
}

/** One source (or destination) in a list of `-m recent`. */
export interface RecentEntry {
  readonly address: Address;
  readonly ttl: number;
  /** When it was seen, oldest first, in ms since 1970. */
  readonly stamps: readonly number[];
}

/** What the node keeps beside its rules: addresses, routing, settings, and what packets leave behind. */
export interface HostState {
  readonly name: string | undefined;
  readonly interfaces: Stated<readonly Interface[]>;
  /** All tables of both families; table 255 included, derived from the addresses where not given. */
  readonly routes: Stated<readonly Route[]>;
  /** Of each family, by rising priority. */
  readonly routingRules: Readonly<Record<Family, Stated<readonly RoutingRule[]>>>;
  /** By full name, as in `net.ipv4.conf.all.rp_filter`; where absent the kernel's default is assumed. */
  readonly sysctls: ReadonlyMap<string, Stated<number>>;
  /** By name. A set that is not here is unknown. */
  readonly sets: ReadonlyMap<string, IpSet>;
  readonly connections: Stated<readonly Connection[]>;
  /** By list name. With `assumed`, a list that is not here is taken as empty. */
  readonly recent: Stated<ReadonlyMap<string, readonly RecentEntry[]>>;
  /** Evaluations so far of an `nth` rule, by `TABLE CHAIN NUMBER`, as in `nat KUBE-SVC-A 2`. */
  readonly nth: ReadonlyMap<string, number>;
  /** ms since 1970. */
  readonly now: Stated<number>;
  /** Something other than these rules makes the kernel track connections (another backend, IPVS). */
  readonly tracksConnections: Stated<boolean>;
}
