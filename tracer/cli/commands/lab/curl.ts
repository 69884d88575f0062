import type { Command } from "commander";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import { hostPort } from "../../../../engine/control-plane/networks.js";
import { layOut } from "../../../../engine/control-plane/table/table.js";
import {
  addFractions,
  formatFraction,
  fractionToNumber,
  type Fraction,
} from "../../../odds/fraction.js";
import type { Family } from "../../../../engine/net/ip.js";
import { actionOf } from "../../../report/step.js";
import type { Step } from "../../../walk/result.js";
import { EXIT } from "../../io.js";
import { command } from "../../command.js";
import { failed, onCluster, type LabContext, type Result } from "./context.js";
import { addNamespaceOption, type NamespaceOptions } from "./options.js";
import { readAsk, readSource, type Ask } from "./network/ask.js";
import type { Hop } from "./network/carry.js";
import { Ends, describeOutcome, type End, type Outcome } from "./network/ends.js";
import { arrivalsOf } from "./network/route.js";
import { Worlds } from "./network/worlds.js";

interface CurlOptions extends NamespaceOptions {
  readonly from: string;
  readonly odds?: true;
  readonly verbose?: true;
}

export function curlCommand(context: LabContext): Command {
  return addNamespaceOption(
    command("curl", "open a connection through the rules of every node that it crosses"),
  )
    .argument("<url>", "http://10.100.166.225, http://web.prod:8080, udp://10.0.0.10:53")
    .requiredOption("--from <who>", "pod/client, pod/app=client, node/node-1, outside")
    .option("--odds", "every end that it may come to, with exact chances, instead of one of them")
    .option("-v, --verbose", "with the rules that matched on the way")
    .addHelpText("after", HELP)
    .action(async (url: string, options: CurlOptions, self: Command) => {
      let exitCode: number = EXIT.done;
      await onCluster(context, self, ({ cluster }) => {
        const done = curl(cluster, url, options, context);
        exitCode = done.exitCode;
        return Promise.resolve(done.result);
      });
      if (exitCode !== EXIT.done) context.done(exitCode);
    });
}

/** As curl itself exits. */
const CURL = { unresolved: 6, refused: 7, timedOut: 28 } as const;

const HELP = `
The connection's first packet is walked to whoever is there, and the answer back to the client.
It exits as curl does: 0 answered, 6 no such name, 7 refused, 28 nothing was heard; 1 if that
cannot be told. With --odds: 0 when every end is an answer, otherwise 1.`;

interface Done {
  readonly result: Result;
  readonly exitCode: number;
}

function curl(cluster: Cluster, url: string, options: CurlOptions, { io }: LabContext): Done {
  const source = readSource(cluster, options.from, options.namespace);
  const ask =
    source.value === undefined
      ? { value: undefined, faults: source.faults }
      : readAsk(cluster, source.value, url, options.namespace);
  if (ask.value === undefined) {
    const unresolved = ask.faults.some(({ code }) => code === "unresolved-host");
    return {
      result: failed(ask.faults),
      exitCode: unresolved ? CURL.unresolved : EXIT.done,
    };
  }
  const asked = ask.value;
  const worlds = new Worlds(cluster);
  const ways = new Ends(cluster, worlds);
  const ends = arrivalsOf(cluster, worlds, asked).flatMap((arrival) => ways.of(asked, arrival));
  if (options.odds === true) {
    io.out(oddsText(ends));
    return { result: failed([]), exitCode: ends.every(isAnswered) ? EXIT.done : EXIT.differs };
  }
  const end = drawn(ends, cluster.random.next());
  io.out(connectionText(asked, options.from, end, options.verbose === true));
  if (end !== undefined) io.err(complaintOf(asked, end.outcome));
  const result: Result = { faults: [], changed: true };
  return { result, exitCode: end === undefined ? EXIT.differs : exitCodeOf(end.outcome) };
}

function isAnswered(end: End): boolean {
  return end.outcome.kind === "answered";
}

function exitCodeOf({ kind }: Outcome): number {
  switch (kind) {
    case "answered":
      return EXIT.done;
    case "refused":
      return CURL.refused;
    case "lost":
      return CURL.timedOut;
    case "unknown":
      return EXIT.differs;
  }
}

/** What curl says of an attempt that failed. */
function complaintOf({ ip, port, resolved }: Ask, { kind }: Outcome): string {
  const peer = `Failed to connect to ${resolved ?? ip} port ${port}`;
  if (kind === "refused") return `curl: (${CURL.refused}) ${peer}: Connection refused\n`;
  if (kind === "lost") return `curl: (${CURL.timedOut}) ${peer}: Connection timed out\n`;
  return "";
}

/** The end that a number from 0 to 1 falls on. */
function drawn(ends: readonly End[], draw: number): End | undefined {
  let sum = 0;
  for (const end of ends) {
    sum += fractionToNumber(end.odds);
    if (draw < sum) return end;
  }
  return ends.at(-1);
}

function connectionText(ask: Ask, from: string, end: End | undefined, verbose: boolean): string {
  const name = ask.resolved === undefined ? "" : ` (${ask.resolved})`;
  const head = `${from} -> ${hostPort(ask.ip, ask.port)}${name}\n`;
  if (end === undefined) return `${head}cannot be told\n`;
  const way = end.hops.map((hop) => hopText(hop, verbose)).join("");
  return `${head}${way}${describeOutcome(end.outcome)}\n`;
}

function hopText({ node, path, back }: Hop, verbose: boolean): string {
  const out = path.out === undefined ? "" : ` by ${path.out}`;
  const line = `  ${node}: ${back ? "answer " : ""}${path.verdict}${out}\n`;
  if (!verbose) return line;
  return line + path.steps.map((step) => `  ${stepText(step, path.first.family)}\n`).join("");
}

function stepText(step: Step, family: Family): string {
  const comments = (step.definition?.matches ?? []).flatMap((match) =>
    match.name === "comment" && match.comment !== undefined ? [match.comment] : [],
  );
  const place = `${step.table.padEnd(8)} ${`${step.chain} ${step.rule}`.padEnd(30)}`;
  const note = comments.join(", ");
  return `  ${place} ${actionOf(step, family).padEnd(28)} ${note}`.trimEnd();
}

/** Ends that are the same to the client, together. */
function oddsText(ends: readonly End[]): string {
  const groups = new Map<string, Fraction>();
  for (const { outcome, odds } of ends) {
    const text = describeOutcome(outcome);
    const before = groups.get(text);
    groups.set(text, before === undefined ? odds : addFractions(before, odds));
  }
  const rows = [...groups].map(([text, odds]) => [
    `${(100 * fractionToNumber(odds)).toFixed(2)}%`,
    formatFraction(odds),
    text,
  ]);
  return layOut(["Chance", "Exactly", "End"], rows);
}
