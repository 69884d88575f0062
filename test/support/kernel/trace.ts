import type { Family } from "../../../engine/net/ip.js";
import { HOOKS, TABLE_NAMES, type Hook, type TableName } from "../../../engine/iptables/types.js";
import { netfilterRequest, attribute, readAttributes, readMessages, textOf } from "./netlink.js";
import { NLM_F_ACK, NLM_F_DUMP, type NetlinkMessage } from "./netlink.js";
import { decodePacket, type SeenPacket } from "./wire-format.js";

/** One line of the kernel's trace: a rule that matched, or how a chain ended. */
export interface TraceEvent {
  readonly table: TableName;
  readonly chain: string;
  readonly hook: Hook;
  /** `rule` counts from 1. `end`: a chain was left without a verdict, or by its policy. */
  readonly what: { readonly kind: "rule"; readonly rule: number } | { readonly kind: "end" };
  /** nft tells it, legacy does not. */
  readonly verdict: "accept" | "drop" | undefined;
  /** The packet as this table's traversal (nft) or this rule (legacy) first saw it. */
  readonly packet: SeenPacket;
  readonly mark: number;
  /** Interface numbers; 0: none. */
  readonly inIndex: number;
  readonly outIndex: number;
}

const AF_INET = 2;
const AF_INET6 = 10;

export function addressFamily(family: Family): number {
  return family === 4 ? AF_INET : AF_INET6;
}

// nfnetlink_log.h, nf_tables.h, nfnetlink_conntrack.h
const SUBSYSTEM = { conntrack: 1, log: 4, tables: 10 } as const;
const LOG = { config: 1, command: 1, mode: 2, threshold: 5 } as const;
const LOG_COMMAND = { bind: 1, bindFamily: 3 } as const;
const COPY_PACKET = 2;
const LOG_ATTRIBUTE = {
  header: 1,
  mark: 2,
  inIndex: 4,
  outIndex: 5,
  payload: 9,
  prefix: 10,
} as const;
const GET_RULE = 7;
const RULE_ATTRIBUTE = { table: 1, chain: 2, handle: 3 } as const;
const TRACE_MESSAGE = 17;
const TRACE = {
  table: 1,
  chain: 2,
  handle: 3,
  type: 4,
  verdict: 5,
  id: 6,
  network: 8,
  transport: 9,
  inIndex: 10,
  outIndex: 12,
  mark: 14,
  policy: 16,
} as const;
const TRACE_RULE = 3;
const CONNTRACK_DELETE = 2;

/** Binds the packet log to group 0, where the legacy tables send their trace, without buffering. */
export function logRequests(): string[] {
  const command = (code: number): Buffer => attribute(LOG.command, Buffer.from([code]));
  const mode = Buffer.alloc(6);
  mode.writeUInt32BE(0xffff, 0);
  mode.writeUInt8(COPY_PACKET, 4);
  const one = Buffer.from([0, 0, 0, 1]);
  const config = (family: number, attributes: Buffer[]): string =>
    netfilterRequest({
      subsystem: SUBSYSTEM.log,
      message: LOG.config,
      flags: NLM_F_ACK,
      family,
      attributes,
    });
  return [
    config(AF_INET, [command(LOG_COMMAND.bindFamily)]),
    config(AF_INET6, [command(LOG_COMMAND.bindFamily)]),
    config(0, [command(LOG_COMMAND.bind)]),
    config(0, [attribute(LOG.mode, mode)]),
    config(0, [attribute(LOG.threshold, one)]),
  ];
}

export function flushConntrackRequest(): string {
  return netfilterRequest({
    subsystem: SUBSYSTEM.conntrack,
    message: CONNTRACK_DELETE,
    flags: NLM_F_ACK,
    family: 0,
  });
}

export function listRulesRequest(family: Family): string {
  return netfilterRequest({
    subsystem: SUBSYSTEM.tables,
    message: GET_RULE,
    flags: NLM_F_DUMP,
    family: addressFamily(family),
  });
}

/** Where each rule handle of the nft backend stands: `TABLE CHAIN HANDLE` to its number from 1. */
export function readRuleNumbers(datagrams: readonly Buffer[]): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const lengths = new Map<string, number>();
  for (const { attributes } of datagrams.flatMap(readMessages)) {
    const handle = attributes.get(RULE_ATTRIBUTE.handle);
    if (handle === undefined) continue;
    const chain = `${textOf(attributes.get(RULE_ATTRIBUTE.table))} ${textOf(attributes.get(RULE_ATTRIBUTE.chain))}`;
    const number = (lengths.get(chain) ?? 0) + 1;
    lengths.set(chain, number);
    numbers.set(`${chain} ${handle.readBigUInt64BE(0)}`, number);
  }
  return numbers;
}

/** What the decoding needs to know of the rules that are loaded. */
export interface LoadedRules {
  /** Of the nft backend: `readRuleNumbers`. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Rules in a chain, the trace rules included: `TABLE CHAIN` to a count. */
  readonly lengths: ReadonlyMap<string, number>;
}

/** The kernel's trace in its order, of both backends. */
export function readTrace(datagrams: readonly Buffer[], rules: LoadedRules): TraceEvent[] {
  const traversals = new Map<number, Traversal>();
  const events: TraceEvent[] = [];
  for (const message of datagrams.flatMap(readMessages)) {
    const event =
      message.type === ((SUBSYSTEM.tables << 8) | TRACE_MESSAGE)
        ? readNftTrace(message, rules, traversals)
        : message.type === SUBSYSTEM.log << 8
          ? readLog(message, rules)
          : undefined;
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** The base chain that a packet of the nft trace is in, told by its first message only. */
interface Traversal {
  readonly hook: Hook;
  readonly packet: SeenPacket;
  readonly inIndex: number;
  readonly outIndex: number;
}

function readNftTrace(
  { attributes }: NetlinkMessage,
  rules: LoadedRules,
  traversals: Map<number, Traversal>,
): TraceEvent | undefined {
  const id = numberOf(attributes.get(TRACE.id));
  const chain = textOf(attributes.get(TRACE.chain));
  const table = TABLE_NAMES.find((name) => name === textOf(attributes.get(TRACE.table)));
  const network = attributes.get(TRACE.network);
  if (network !== undefined) {
    const packet = decodePacket(
      Buffer.concat([network, attributes.get(TRACE.transport) ?? Buffer.alloc(0)]),
    );
    const hook = HOOKS.find((name) => name === chain);
    if (packet === undefined || hook === undefined) return undefined;
    const inIndex = numberOf(attributes.get(TRACE.inIndex));
    traversals.set(id, {
      hook,
      packet,
      inIndex,
      outIndex: numberOf(attributes.get(TRACE.outIndex)),
    });
  }
  const traversal = traversals.get(id);
  if (table === undefined || traversal === undefined) return undefined;
  const rule = numberByHandle(attributes, rules);
  const verdict = attributes.get(TRACE.verdict);
  const code =
    verdict === undefined ? attributes.get(TRACE.policy) : readAttributes(verdict).get(1);
  return {
    table,
    chain,
    ...traversal,
    what: rule === undefined ? { kind: "end" } : { kind: "rule", rule },
    verdict: verdictOf(code),
    mark: numberOf(attributes.get(TRACE.mark)),
  };
}

/**
 * A packet of the kernel's own (neighbour discovery, say) may have been traced just before these
 * rules replaced others, whose handles it names. No rule has this number, so that a packet of ours
 * with it is still a difference.
 */
const RULE_OF_ANOTHER_LOAD = 0;

/** The end of a chain is told as a rule too, one without a handle. */
function numberByHandle(
  attributes: NetlinkMessage["attributes"],
  rules: LoadedRules,
): number | undefined {
  const handle = attributes.get(TRACE.handle)?.readBigUInt64BE(0);
  if (handle === undefined || numberOf(attributes.get(TRACE.type)) !== TRACE_RULE) return undefined;
  const place = `${textOf(attributes.get(TRACE.table))} ${textOf(attributes.get(TRACE.chain))}`;
  return rules.numbers.get(`${place} ${handle}`) ?? RULE_OF_ANOTHER_LOAD;
}

/** NF_DROP is 0 and NF_ACCEPT 1; jumps, returns and continuations are negative. */
function verdictOf(code: Buffer | undefined): TraceEvent["verdict"] {
  const number = code === undefined ? undefined : code.readInt32BE(0);
  if (number === undefined) return undefined;
  return number === 1 ? "accept" : (number & 0xff) === 0 ? "drop" : undefined;
}

function numberOf(value: Buffer | undefined): number {
  return value === undefined ? 0 : value.readUInt32BE(0);
}

/**
 * `TRACE: TABLE:CHAIN:KIND:NUMBER`. An unconditional ACCEPT, DROP or RETURN is called `policy` or
 * `return` like the chain's own end; only its number tells that it is a rule.
 */
const LOG_PREFIX = /^TRACE: ([a-z]+):(.*):(rule|return|policy):(\d+) ?$/;

/** Of `enum nf_inet_hooks`. */
const HOOK_NUMBERS: readonly Hook[] = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

function readLog({ attributes }: NetlinkMessage, rules: LoadedRules): TraceEvent | undefined {
  const parts = LOG_PREFIX.exec(textOf(attributes.get(LOG_ATTRIBUTE.prefix)));
  const packet = decodePacket(attributes.get(LOG_ATTRIBUTE.payload) ?? Buffer.alloc(0));
  const table = TABLE_NAMES.find((name) => name === parts?.[1]);
  const hook = HOOK_NUMBERS[attributes.get(LOG_ATTRIBUTE.header)?.readUInt8(2) ?? -1];
  if (parts === null || packet === undefined || table === undefined || hook === undefined) {
    return undefined;
  }
  const chain = parts[2] ?? "";
  const number = Number(parts[4]);
  const isRule = number <= (rules.lengths.get(`${table} ${chain}`) ?? 0);
  return {
    table,
    chain,
    hook,
    what: isRule ? { kind: "rule", rule: number } : { kind: "end" },
    verdict: undefined,
    packet,
    mark: numberOf(attributes.get(LOG_ATTRIBUTE.mark)),
    inIndex: numberOf(attributes.get(LOG_ATTRIBUTE.inIndex)),
    outIndex: numberOf(attributes.get(LOG_ATTRIBUTE.outIndex)),
  };
}
