import { setTimeout as sleep } from "node:timers/promises";
import type { Family } from "../../../engine/net/ip.js";
import { BUILT_IN_CHAINS, TABLE_NAMES } from "../../../engine/iptables/types.js";
import {
  Helper,
  isRecord,
  type CommandResult,
  type HelperRequest,
  type Sighting,
} from "./helper.js";
import { observe, stepsOfTrace } from "./observe.js";
import type { Observation, ObservedStep, Scene } from "./observe.js";
import { flushConntrackRequest, listRulesRequest, logRequests, readRuleNumbers } from "./trace.js";
import {
  decodePacket,
  encodePacket,
  encodePieces,
  type SeenPacket,
  type WirePacket,
} from "./wire-format.js";

/** How long to wait for the node's addresses, in ms. */
const PATIENCE = 15_000;

export type Backend = "legacy" | "nft";

/** A wire of the node: the far end's name and the node's interface. */
export interface WireSpec {
  readonly end: string;
  readonly device: string;
  /** The bridge that `device` is a port of. */
  readonly bridge?: string;
}

/** What the node is before rules: `setup` are lines for `ip -batch`, `sysctls` by full name. */
export interface Topology {
  /** No link-local addresses, so that the node sends no IPv6 redirects of its own. */
  readonly quiet: boolean;
  readonly wires: readonly WireSpec[];
  readonly setup: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
}

/**
 * A node of the real kernel in a network namespace of its own, with a namespace at the far end of
 * each of its wires. What is sent to it, what leaves it, and what its rules did in between can be
 * seen. Close it after use.
 */
export class KernelNode {
  readonly #helper = new Helper();
  readonly #deviceOfEnd: ReadonlyMap<string, string>;
  #scene: Scene;
  #identity = 0;
  #backend: Backend | undefined;

  private constructor(topology: Topology) {
    this.#deviceOfEnd = new Map(
      topology.wires.map(({ end, device, bridge }) => [end, bridge ?? device]),
    );
    this.#scene = emptyScene(this.#deviceOfEnd);
  }

  static async create(topology: Topology): Promise<KernelNode> {
    const node = new KernelNode(topology);
    try {
      await node.#helper.ask(
        topology.wires.map(({ end, device }): HelperRequest => ({
          op: "wire",
          end,
          device,
          quiet: topology.quiet,
        })),
      );
      await node.#helper.ask([{ op: "trace", messages: logRequests() }]);
      for (const [name, value] of Object.entries(topology.sysctls)) await node.sysctl(name, value);
      await node.command(["ip", "-batch", "-"], `${topology.setup.join("\n")}\n`);
      await node.#awaitAddresses(topology);
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  /**
   * IPv6 routes to the node's own addresses come after the link is up, which the kernel may tell up
   * to a second late (`link_watch.c`).
   */
  async #awaitAddresses(topology: Topology): Promise<void> {
    const own = topology.setup.flatMap((line) => /^addr add (\S*:\S*)\//.exec(line)?.[1] ?? []);
    const deadline = Date.now() + PATIENCE;
    while (Date.now() < deadline) {
      const local = await this.command(["ip", "-6", "route", "show", "table", "local"]);
      const words = new Set(local.split(/\s+/));
      if (own.every((address) => words.has(address))) return;
      await sleep(10);
    }
    throw new Error("the node's IPv6 addresses do not come up");
  }

  close(): Promise<void> {
    return this.#helper.close();
  }

  /** Runs a program inside the node's namespace; its result as it is. */
  async attempt(argv: readonly string[], stdin = ""): Promise<CommandResult> {
    const [answer] = await this.#helper.ask([{ op: "run", argv, stdin }]);
    if (!isRecord(answer)) throw new Error(`no result of ${argv.join(" ")}`);
    return {
      status: Number(answer["status"]),
      stdout: String(answer["stdout"]),
      stderr: String(answer["stderr"]),
    };
  }

  /** As `attempt`, but throws when the program fails. */
  async command(argv: readonly string[], stdin = ""): Promise<string> {
    const { status, stdout, stderr } = await this.attempt(argv, stdin);
    if (status === 0) return stdout;
    throw new Error(`${argv.join(" ")} failed: ${stderr.trim()}`);
  }

  sysctl(name: string, value: string): Promise<void> {
    return this.write(`/proc/sys/${name.replaceAll(".", "/")}`, value);
  }

  /**
   * Replaces all rules of the backend and family by the text and turns the trace on, unless told
   * not to. Tables that the text leaves out are made empty. Returns what the real restore complains
   * of, if it does.
   */
  async load(
    text: string,
    backend: Backend,
    family: Family,
    trace = true,
  ): Promise<string | undefined> {
    if (this.#backend !== undefined && this.#backend !== backend) {
      throw new Error("rules of two backends would both apply: use a node for each");
    }
    this.#backend = backend;
    const tool = `${family === 4 ? "iptables" : "ip6tables"}-${backend}`;
    const loaded = await this.attempt([`${tool}-restore`], `${emptyTables()}${text}`);
    if (loaded.status !== 0) return loaded.stderr.trim();
    if (!trace) return undefined;
    await this.command([`${tool}-restore`, "--noflush"], TRACE_RULES);
    const save = await this.command([`${tool}-save`]);
    this.#scene = {
      ...readScene(save, this.#deviceOfEnd),
      numbers: backend === "nft" ? await this.#ruleNumbers(family) : new Map(),
    };
    return undefined;
  }

  /** How many packets each rule has matched since it was loaded: `TABLE CHAIN NUMBER` to a count. */
  async counters(family: Family): Promise<ReadonlyMap<string, number>> {
    const tool = `${family === 4 ? "iptables" : "ip6tables"}-${this.#backend ?? "legacy"}`;
    return readCounters(await this.command([`${tool}-save`, "-c"]));
  }

  /** Rules that the node's own housekeeping matched since the last packet was sent. */
  async housekeeping(): Promise<readonly ObservedStep[]> {
    const [answer] = await this.#helper.ask([{ op: "hear" }]);
    const trace: unknown = isRecord(answer) ? answer["trace"] : undefined;
    if (!Array.isArray(trace)) throw new Error("no trace, not even an empty one");
    return stepsOfTrace(trace.map(String), this.#scene);
  }

  async #ruleNumbers(family: Family): Promise<ReadonlyMap<string, number>> {
    const [answer] = await this.#helper.ask([{ op: "netlink", message: listRulesRequest(family) }]);
    const messages = isRecord(answer) ? answer["messages"] : undefined;
    if (!Array.isArray(messages)) throw new Error("the kernel lists no rules");
    return readRuleNumbers(messages.map((message) => Buffer.from(String(message), "hex")));
  }

  async forgetConnections(): Promise<void> {
    await this.#helper.ask([{ op: "netlink", message: flushConntrackRequest() }]);
  }

  /** Opens a UDP socket of the node that may take what is for others. */
  async listen(family: Family, port: number): Promise<void> {
    await this.#helper.ask([{ op: "listen", family, port }]);
  }

  /** Sends one packet from a wire's far end, or from the node itself, and watches it. */
  async send(packet: WirePacket, from?: string): Promise<Observation> {
    this.#identity = (this.#identity % 65535) + 1;
    const identity = this.#identity;
    const packets = encodePieces(packet, identity).map((bytes) => bytes.toString("hex"));
    const [answer] = await this.#helper.ask([{ op: "send", from: from ?? null, packets }]);
    return observe(readSighting(answer), { from, packet, identity }, this.#scene);
  }

  /**
   * Sends many packets from a wire's far end, and tells of each that came out again by which wire.
   * No trace is kept.
   */
  async sendMany(
    packets: readonly WirePacket[],
    from: string,
  ): Promise<readonly { readonly end: string; readonly packet: SeenPacket }[]> {
    const encoded = packets.map((packet, at) => encodePacket(packet, at + 1).toString("hex"));
    const [answer] = await this.#helper.ask([{ op: "send-many", from, packets: encoded }]);
    const caught: unknown = isRecord(answer) ? answer["caught"] : undefined;
    if (!Array.isArray(caught)) throw new Error("nothing was caught, not even an empty list");
    return caught.filter(isRecord).flatMap(({ end, packet }) => {
      const seen = decodePacket(Buffer.from(String(packet), "hex"));
      return seen === undefined || seen.identity === 0 || seen.identity > packets.length
        ? []
        : [{ end: String(end), packet: seen }];
    });
  }

  /** Writes a file as this namespace has it. */
  async write(path: string, text: string): Promise<void> {
    const [answer] = await this.#helper.ask([{ op: "write", path, text }]);
    if (isRecord(answer) && answer["failure"] !== undefined) {
      throw new Error(`${path}: ${JSON.stringify(answer["failure"])}`);
    }
  }

  /** Text of a file as this namespace sees it; `undefined` when it is not there. */
  async read(path: string): Promise<string | undefined> {
    const [answer] = await this.#helper.ask([{ op: "read", path }]);
    return isRecord(answer) && typeof answer["text"] === "string" ? answer["text"] : undefined;
  }
}

function readSighting(answer: unknown): Sighting {
  if (!isRecord(answer)) throw new Error("no sighting of the packet");
  const { failure, trace, caught, delivered } = answer;
  if (!Array.isArray(trace) || !Array.isArray(caught) || !Array.isArray(delivered)) {
    throw new Error("a sighting lacks its lists");
  }
  return {
    failure: typeof failure === "string" ? failure : null,
    trace: trace.map(String),
    caught: caught.filter(isRecord).map(({ end, packet }) => ({
      end: String(end),
      packet: String(packet),
    })),
    delivered: delivered.map(String),
  };
}

const TRACE_RULES = "*raw\n-I PREROUTING 1 -j TRACE\n-I OUTPUT 1 -j TRACE\nCOMMIT\n";
const TRACED: ReadonlySet<string> = new Set(["raw PREROUTING", "raw OUTPUT"]);

/** All five tables, so that every hook of every table is visited and tells of it. */
function emptyTables(): string {
  return TABLE_NAMES.map((table) => {
    const chains = BUILT_IN_CHAINS[table].map((chain) => `:${chain} ACCEPT [0:0]\n`);
    return `*${table}\n${chains.join("")}COMMIT\n`;
  }).join("");
}

function emptyScene(deviceOfEnd: ReadonlyMap<string, string>): Scene {
  const none = new Map<string, never>();
  return { numbers: none, lengths: none, rules: none, policies: none, traced: TRACED, deviceOfEnd };
}

/** Without the trace rules, as `ObservedStep` counts. */
function readCounters(save: string): ReadonlyMap<string, number> {
  const lengths = new Map<string, number>();
  const counters = new Map<string, number>();
  let table = "";
  for (const line of save.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    const rule = /^\[(\d+):\d+\] -A (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line);
    if (rule === null) continue;
    const place = `${table} ${rule[2] ?? rule[3] ?? ""}`;
    const number = (lengths.get(place) ?? (TRACED.has(place) ? -1 : 0)) + 1;
    lengths.set(place, number);
    if (number > 0) counters.set(`${place} ${number}`, Number(rule[1]));
  }
  return counters;
}

/** Rules and policies from the real save, without any parser of ours. */
function readScene(save: string, deviceOfEnd: ReadonlyMap<string, string>): Scene {
  const lengths = new Map<string, number>();
  const rules = new Map<string, string>();
  const policies = new Map<string, string>();
  let table = "";
  for (const line of save.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    const declared = /^:(\S+) (\S+)/.exec(line);
    if (declared !== null) policies.set(`${table} ${declared[1]}`, declared[2] ?? "");
    const chain = /^-A (?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line);
    if (chain === null) continue;
    const place = `${table} ${chain[1] ?? chain[2] ?? ""}`;
    const number = (lengths.get(place) ?? 0) + 1;
    lengths.set(place, number);
    rules.set(`${place} ${number}`, line);
  }
  return { numbers: new Map(), lengths, rules, policies, traced: TRACED, deviceOfEnd };
}
