import type { Command } from "commander";
import { protocolNumber, TCP } from "../../../engine/net/protocol.js";
import { command, finish, type Context } from "../command.js";
import { EXIT } from "../io.js";
import { loadTrace } from "../trace/load.js";
import { addTraceOptions, type TraceOptions } from "../trace/options.js";
import { answer } from "../trace/answer.js";

export function traceCommand(context: Context): Command {
  return addTraceOptions(
    command("trace", "walk a packet through a node's rules and say where it ends, and why"),
  )
    .addHelpText("after", EXAMPLES)
    .action(async (options: TraceOptions, self: Command) => {
      const problem = misuse(options);
      if (problem !== undefined) self.error(`error: ${problem}`, { exitCode: EXIT.usage });
      const { value, faults } = await loadTrace(options, context.io);
      const more = value === undefined ? [] : await answer(value, options, context);
      finish([...faults, ...more], context);
    });
}

function misuse(options: TraceOptions): string | undefined {
  const sources = [options.rules, options.snapshot, options.file].filter(
    (given) => given !== undefined,
  );
  if (sources.length === 0) return "one of --rules, --snapshot or --file says which rules to walk";
  if (options.rules !== undefined && options.snapshot !== undefined) {
    return "--rules and --snapshot both say which rules to walk; give one";
  }
  const ways = [options.seed, options.endpoint, options.odds].filter(
    (given) => given !== undefined,
  );
  if (options.count === undefined && ways.length > 1) {
    return "--seed, --endpoint and --odds are three different questions; ask one";
  }
  const many = options.packets !== undefined || options.scenario !== undefined;
  if (!many && (options.from === undefined || options.to === undefined)) {
    return "--from and --to say what packet to walk (or --packets FILE, --scenario FILE)";
  }
  return misuseOfMany(options) ?? misuseOfOne(options);
}

/** These say something of one packet. */
const OF_ONE = ["from", "to", "in", "flags", "mark", "odds", "endpoint", "count", "reply"] as const;

function misuseOfMany(options: TraceOptions): string | undefined {
  const { packets, scenario } = options;
  if (packets === undefined && scenario === undefined) return undefined;
  if (packets !== undefined && scenario !== undefined) {
    return "--packets and --scenario both say which packets to walk; give one";
  }
  const file = packets === undefined ? "--scenario" : "--packets";
  const found = OF_ONE.find((name) => options[name] !== undefined);
  return found === undefined ? undefined : `--${found} is for one packet, not for those of ${file}`;
}

function misuseOfOne(options: TraceOptions): string | undefined {
  const { proto, flags, count, jobs, endpoint, reply } = options;
  if (jobs !== undefined && count === undefined) return "--jobs is for --count";
  if (count !== undefined && (endpoint !== undefined || reply !== undefined)) {
    return `--count draws connections; --${endpoint === undefined ? "reply" : "endpoint"} is another question`;
  }
  return flags !== undefined && protocolNumber(proto) !== TCP
    ? `--flags are TCP's, not ${proto}'s`
    : undefined;
}

const EXAMPLES = `
Examples:
  chainwalk trace -f cluster.yaml --from pod/default/client --to svc/default/web:80
  chainwalk trace -f cluster.yaml --from external --to node/worker-1:31357 --odds
  chainwalk trace --rules node.save --from 10.244.1.5 --to 10.96.0.10:53 --proto udp --detail full
  chainwalk trace --snapshot node.snap --packets packets.jsonl -o json`;
