import type { Command } from "commander";
import { addObjectOptions, addProxyOptions, type ClusterOptions } from "../cluster.js";
import { collect, integer, oneOf } from "../command.js";
import { END_FORMS } from "../ends/parse.js";
import { DETAILS, type Detail } from "../../report/text.js";

/** More threads than any machine has cores for. */
export const MOST_JOBS = 256;
export const JOBS_HELP =
  "threads to spread the work over; any number gives the same answer (default: as many as pay)";

/** Which rules are walked, and what is known of the node that holds them. */
export interface NodeOptions extends ClusterOptions {
  readonly rules?: string;
  readonly snapshot?: string;
  readonly routes?: readonly string[];
  readonly sysctls?: string;
  readonly sets?: string;
  readonly conntrack?: readonly string[];
  readonly recent?: readonly string[];
  readonly assume?: readonly string[];
}

/** What may be asked of `chainwalk trace`. */
export interface TraceOptions extends NodeOptions {
  readonly from?: string;
  readonly to?: string;
  readonly proto: string;
  readonly in?: string;
  readonly flags?: string;
  readonly mark?: string;
  readonly fragment?: string;
  readonly packets?: string;
  readonly scenario?: string;
  readonly seed?: string;
  readonly endpoint?: string;
  readonly odds?: true;
  readonly count?: number;
  readonly jobs?: number;
  readonly reply?: true;
  readonly detail: Detail;
  readonly output: "text" | "json";
}

export function addTraceOptions(command: Command): Command {
  addNodeOptions(command);
  addPacket(command);
  return addAnswer(command);
}

/** Rules and the node that holds them. */
export function addNodeOptions(command: Command): Command {
  command.option(
    "--rules <dump>",
    "walk this iptables-save dump instead of compiled rules (- for stdin)",
  );
  addObjectOptions(command);
  addProxyOptions(command);
  return command
    .option(
      "--snapshot <file>",
      "rules and state of a node, as `chainwalk snapshot`'s command writes them",
    )
    .option("--routes <file...>", "its routes: `ip -j route show table all`")
    .option("--sysctls <file>", "its settings: `sysctl -a`")
    .option("--sets <file>", "its ipsets: `ipset save`")
    .option("--conntrack <file...>", "its connections: `conntrack -L`")
    .option(
      "--recent <file...>",
      "its recent lists, files of /proc/net/xt_recent named as the lists are, or several in one as `tail -n +1` and `grep -H` print them; with the two clock lines of `grep -m2 -E '^now|^jiffies' /proc/timer_list`",
    )
    .option(
      "--assume <statement>",
      "answer what cannot be known: set:blocked=no, bpf=yes, rule:filter/INPUT/3=no (may be repeated)",
      collect,
    );
}

function addPacket(command: Command): void {
  command
    .option("--from <end>", `where the packet comes from: ${END_FORMS}`)
    .option("--to <end>", "where it is sent: the same forms")
    .option("--proto <name>", "tcp, udp, sctp, icmp, icmpv6 or a number", "tcp")
    .option(
      "--in <interface>",
      "the interface it comes in by (default: the one its source is routed to)",
    )
    .option("--flags <list>", "TCP flags (default: syn)")
    .option("--mark <number>", "the packet's fwmark on entry (default: 0)")
    .option(
      "--fragment <place>",
      "the packet is a fragment: its offset in octets, + where more follow, @ID (0+, 1480+@77, 2960)",
    )
    .option("--packets <file>", "many packets, a JSON object a line; prints a line each")
    .option("--scenario <file>", "packets in time, a YAML list of {at, packet | rules, note}");
}

function addAnswer(command: Command): Command {
  return command
    .option("--odds", "every outcome with its exact chance (default when there are several)")
    .option("--seed <text>", "one walk, its dice thrown by this seed")
    .option("--endpoint <ip:port>", "the walk that ends at this endpoint")
    .option(
      "--count <n>",
      "draw n connections and hold them against the exact odds",
      integer(1, 1_000_000_000),
    )
    .option("--jobs <n>", `with --count: ${JOBS_HELP}`, integer(1, MOST_JOBS))
    .option("--reply", "then walk the reply back")
    .option(
      "--detail <level>",
      "minimal (stable, for regression tests), summary, full",
      oneOf(DETAILS),
      "summary",
    )
    .option(
      "-o, --output <text|json>",
      "json is versioned: see the README",
      oneOf(["text", "json"]),
      "text",
    );
}
