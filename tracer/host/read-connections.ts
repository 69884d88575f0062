import { fault, type Checked, type Fault } from "../../engine/errors.js";
import { parseAddress } from "../../engine/net/ip.js";
import { ICMP, ICMPV6, TCP } from "../../engine/net/protocol.js";
import type { Connection, TcpState, Tuple } from "./types.js";
import { lineAt } from "./lines.js";

/**
 * Reads the output of `conntrack -L`, with or without `-o extended`, or of `/proc/net/nf_conntrack`:
 * an entry a line, its original direction before its reply direction.
 */
export function readConnections(text: string, file?: string): Checked<readonly Connection[]> {
  const value: Connection[] = [];
  const faults: Fault[] = [];
  text.split("\n").forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("conntrack v")) return;
    const connection = readConnection(trimmed);
    if (typeof connection === "string") {
      const at = lineAt(file, index + 1);
      faults.push(fault("bad-connection", connection, at, line));
    } else {
      value.push(connection);
    }
  });
  return { value, faults };
}

/** `ipv4 2` (extended form only), protocol by name and number, seconds left, state, and the rest. */
const HEAD =
  /^(?:ipv[46]\s+\d+\s+)?\S+\s+(\d+)\s+(?:(\d+)\s+)?(?:([A-Z][A-Z_0-9]*)\s+)?(?=\S+=|\[)/;

const TCP_STATES: readonly TcpState[] = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
];

function readConnection(line: string): Connection | string {
  const head = HEAD.exec(line);
  if (head === null) return "not a line of `conntrack -L`";
  const protocol = Number(head[1]);
  const words = line.slice(head[0].length).split(/\s+/);
  const second = words.findIndex((word, at) => at > 0 && word.startsWith("src="));
  if (second < 0) return "the reply direction is missing";
  const original = readTuple(words.slice(0, second), protocol);
  const reply = readTuple(words.slice(second), protocol);
  if (typeof original === "string") return original;
  if (typeof reply === "string") return reply;
  const state = TCP_STATES.find((known) => known === head[3]);
  if (protocol === TCP && head[3] !== undefined && state === undefined) {
    return `unknown TCP state ${head[3]}`;
  }
  return {
    original,
    reply,
    zone: valueOf(words, "zone") ?? 0,
    mark: valueOf(words, "mark") ?? 0,
    seenReply: !words.includes("[UNREPLIED]"),
    assured: words.includes("[ASSURED]"),
    tcpState: protocol === TCP ? state : undefined,
    timeout: head[2] === undefined ? undefined : Number(head[2]),
    master: undefined,
    helper: words.find((word) => word.startsWith("helper="))?.slice("helper=".length),
    ...carriedOf(words.slice(0, second), words.slice(second)),
  };
}

/** `packets=` and `bytes=` of each direction, where the kernel counts them. */
function carriedOf(
  original: readonly string[],
  reply: readonly string[],
): Pick<Connection, "carried"> {
  const [there, back] = [original, reply].map((words) => {
    const packets = valueOf(words, "packets");
    const octets = valueOf(words, "bytes");
    return packets === undefined || octets === undefined ? undefined : { packets, octets };
  });
  return there === undefined || back === undefined
    ? {}
    : { carried: { original: there, reply: back } };
}

function readTuple(words: readonly string[], protocol: number): Tuple | string {
  const source = parseAddress(textOf(words, "src") ?? "");
  const destination = parseAddress(textOf(words, "dst") ?? "");
  if (source === undefined || destination === undefined) {
    return "a direction lacks an address (`src=` and `dst=`)";
  }
  const tuple = { protocol, source, destination };
  if (protocol === ICMP || protocol === ICMPV6) {
    const kind = (valueOf(words, "type") ?? 0) * 256 + (valueOf(words, "code") ?? 0);
    return { ...tuple, sourcePort: valueOf(words, "id") ?? 0, destinationPort: kind };
  }
  const sourcePort = valueOf(words, "sport") ?? 0;
  const destinationPort = valueOf(words, "dport") ?? 0;
  return sourcePort <= 65535 && destinationPort <= 65535
    ? { ...tuple, sourcePort, destinationPort }
    : "a port is above 65535";
}

function textOf(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

function valueOf(words: readonly string[], name: string): number | undefined {
  const text = textOf(words, name);
  return text !== undefined && /^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}
