import { formatAddress } from "../../../engine/net/ip.js";
import { isUnknown, type Field } from "../../../tracer/packet/field.js";
import type { Verdict } from "../../../tracer/walk/result.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import type { Packet } from "../../../tracer/packet/types.js";
import type { Ends, Observation, ObservedStep } from "./observe.js";

/** What of a walk's outcome the kernel contradicts, in words; empty when it is what happened. */
export function contradictions(outcome: Outcome, seen: Observation): readonly string[] {
  const { path } = outcome;
  const { last } = path;
  const checks: readonly Check[] = [
    ["steps", stepsText(path.steps), stepsText(seen.steps)],
    ["verdict", path.verdict, agreeing(path.verdict, seen.verdict)],
    ["mark", String(last.mark), String(seen.mark)],
    ...(seen.ends === undefined ? [] : endsChecks(last, seen.ends)),
    ["out", String(seen.out === undefined ? undefined : path.out), String(seen.out)],
    ...(seen.packet === undefined
      ? []
      : ([
          ["tos", portText(last.tos, seen.packet.tos), String(seen.packet.tos)],
          ["ttl", portText(last.ttl, seen.packet.ttl), String(seen.packet.ttl)],
        ] as const)),
  ];
  return checks
    .filter(([, ours, kernels]) => ours !== kernels)
    .map(([what, ours, kernels]) => `${what}: ours ${ours}, the kernel's ${kernels}`);
}

type Check = readonly [what: string, ours: string, kernels: string];

function endsChecks(last: Packet, seen: Ends): readonly Check[] {
  const { sourcePort, destinationPort } = seen;
  return [
    ["source", formatAddress(last.source), seen.source],
    ["destination", formatAddress(last.destination), seen.destination],
    ["source port", portText(last.sourcePort, sourcePort), String(sourcePort)],
    ["destination port", portText(last.destinationPort, destinationPort), String(destinationPort)],
  ];
}

/** The outcome that happened, if it is one of ours. */
export function matching(outcomes: readonly Outcome[], seen: Observation): Outcome | undefined {
  return outcomes.find((outcome) => contradictions(outcome, seen).length === 0);
}

/** A report for people: what each of our outcomes says, against what happened. */
export function describeDifference(outcomes: readonly Outcome[], seen: Observation): string {
  const nearest = outcomes
    .map((outcome) => ({ outcome, wrong: contradictions(outcome, seen) }))
    .sort((left, right) => left.wrong.length - right.wrong.length)
    .slice(0, 3)
    .map(
      ({ outcome, wrong }) =>
        `  outcome ${outcome.path.verdict}, ${outcome.path.because}:\n    ${wrong.join("\n    ")}`,
    );
  const answers = seen.answers.map(({ end, packet }) => `${end}: ${JSON.stringify(packet)}`);
  return [
    `the kernel: ${seen.verdict} by ${stepsText(seen.steps)}${seen.failure === undefined ? "" : ` (${seen.failure})`}`,
    ...answers.map((answer) => `  answered to ${answer}`),
    `ours, the nearest of ${outcomes.length}:`,
    ...nearest,
  ].join("\n");
}

/** What vanished is said to be dropped, unrouted or refused by routing: the kernel tells no more. */
function agreeing(ours: Verdict, seen: Observation["verdict"]): string {
  if (seen !== "vanished") return seen;
  return ours === "dropped" || ours === "unrouted" || ours === "rejected" ? ours : seen;
}

function stepsText(steps: readonly ObservedStep[]): string {
  return steps
    .map(({ hook, table, chain, rule }) =>
      chain === hook ? `${table} ${hook} ${rule}` : `${table} ${hook}/${chain} ${rule}`,
    )
    .join(", ");
}

/** A number that NAT or nobody knows may be any; an ICMP message has no ports to compare. */
function portText(ours: Field<number | undefined>, seen: number | undefined): string {
  return isUnknown(ours) ? String(seen) : String(ours);
}
