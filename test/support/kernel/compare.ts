import { formatAddress } from "../../../engine/net/ip.js";
import { isUnknown, type Field } from "../../../tracer/packet/field.js";
import type { Path } from "../../../tracer/walk/result.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import type { Packet } from "../../../tracer/packet/types.js";
import type { Memory } from "../../../tracer/walk/memory.js";
import type { Ends, Observation, ObservedStep } from "./observe.js";
import type { SeenPacket } from "./wire-format.js";

/** What of a walk's outcome the kernel contradicts, in words; empty when it is what happened. */
export function contradictions(outcome: Outcome, seen: Observation): readonly string[] {
  const { path } = outcome;
  const { last } = path;
  const checks: readonly Check[] = [
    ["steps", stepsText(path.steps), stepsText(seen.steps)],
    ["verdict", path.verdict, agreeing(path, seen.verdict)],
    ["mark", String(last.mark), String(seen.mark ?? last.mark)],
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

/** One of our outcomes that is what happened, with what the node answered to it. */
export interface Fit {
  readonly outcome: Outcome;
  /** An answer, the answer to that, and so on; none where only its programs answer. */
  readonly answers: readonly Outcome[];
  /** The last of them all. */
  readonly memory: Memory;
}

/** Walks what the node answers to a packet. */
type Answering = (outcome: Outcome) => readonly (readonly Outcome[])[];

/** Those of our outcomes that are what happened. */
export function fitting(
  outcomes: readonly Outcome[],
  seen: Observation,
  answering: Answering,
): readonly Fit[] {
  return outcomes
    .filter((outcome) => contradictions(outcome, seen).length === 0)
    .flatMap((outcome) =>
      possible(outcome, answering)
        .filter((answers) => answerContradictions(outcome, answers, seen).length === 0)
        .map((answers) => ({ outcome, answers, memory: (answers.at(-1) ?? outcome).memory })),
    );
}

function possible(outcome: Outcome, answering: Answering): readonly (readonly Outcome[])[] {
  const answers = answering(outcome);
  return answers.length === 0 ? [[]] : answers;
}

/**
 * What the kernel contradicts of the node's answer to a packet that ended in it: an ICMP error or a
 * reset, the rules it met, and how it left. To what is delivered the node's programs answer.
 */
function answerContradictions(
  { path }: Outcome,
  answers: readonly Outcome[],
  seen: Observation,
): readonly string[] {
  if (path.verdict === "delivered") return [];
  const sent = answers.flatMap((answer) => (answer.path.verdict === "sent" ? [answer.path] : []));
  const ours = sent.map(({ out, last }) => `${out} ${answerText(last)}`);
  const kernels = seen.answers.map(
    ({ device, packet }, at) => `${device} ${seenAnswerText(packet, sent[at]?.last)}`,
  );
  const lists = answers.map((answer) => answer.path.steps);
  const told = isMerged(lists, seen.answerSteps) ? seen.answerSteps : lists.flat();
  const checks: readonly Check[] = [
    ["answer's steps", stepsText(told), stepsText(seen.answerSteps)],
    ["answer", ours.join(" and "), kernels.join(" and ")],
  ];
  return checks
    .filter(([, left, right]) => left !== right)
    .map(([what, left, right]) => `${what}: ours ${left}, the kernel's ${right}`);
}

/**
 * The nft trace tells of a rule only once its target is done: the answer that REJECT sends has met
 * its own rules by then.
 */
function isMerged(
  lists: readonly (readonly ObservedStep[])[],
  merged: readonly ObservedStep[],
): boolean {
  const [next, ...others] = merged;
  if (next === undefined) return lists.every((list) => list.length === 0);
  return lists.some(
    ([first, ...rest], at) =>
      first !== undefined &&
      stepsText([first]) === stepsText([next]) &&
      isMerged(lists.with(at, rest), others),
  );
}

function answerText(packet: Packet): string {
  const { source, destination, sourcePort, destinationPort, icmpType, icmpCode } = packet;
  const kind = icmpType === undefined ? flagsText(packet) : `${text(icmpType)}/${text(icmpCode)}`;
  const ports = icmpType === undefined ? `${text(sourcePort)} ${text(destinationPort)} ` : "";
  return `${formatAddress(source)} ${formatAddress(destination)} ${ports}${kind}`;
}

/** The same of what was seen; a port that our answer does not know may be any. */
function seenAnswerText(packet: SeenPacket, ours: Packet | undefined): string {
  const { source, destination, sourcePort, destinationPort, icmpType, icmpCode, flags } = packet;
  const kind = icmpType === undefined ? String(flags) : `${icmpType}/${icmpCode}`;
  const port = (own: Field<number | undefined>, its: number | undefined): string =>
    isUnknown(own) ? text(own) : text(its);
  const ports =
    icmpType === undefined
      ? `${port(ours?.sourcePort, sourcePort)} ${port(ours?.destinationPort, destinationPort)} `
      : "";
  return `${source} ${destination} ${ports}${kind}`;
}

function flagsText({ tcpFlags }: Packet): string {
  if (typeof tcpFlags !== "number") return "undefined";
  const names = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
  return names.filter((_, at) => ((tcpFlags >> at) & 1) === 1).join(",");
}

function text(field: Field<number | undefined>): string {
  return isUnknown(field) ? "any" : String(field);
}

/** A report for people: what each of our outcomes says, against what happened. */
export function describeDifference(
  outcomes: readonly Outcome[],
  seen: Observation,
  answering: Answering,
): string {
  const nearest = outcomes
    .flatMap((outcome) =>
      possible(outcome, answering).map((answers) => ({
        outcome,
        wrong: [...contradictions(outcome, seen), ...answerContradictions(outcome, answers, seen)],
      })),
    )
    .sort((left, right) => left.wrong.length - right.wrong.length)
    .slice(0, 3)
    .map(
      ({ outcome, wrong }) =>
        `  outcome ${outcome.path.verdict}, ${outcome.path.because}:\n    ${wrong.join("\n    ")}`,
    );
  const answers = seen.answers.map(({ device, packet }) => `${device}: ${JSON.stringify(packet)}`);
  return [
    `the kernel: ${seen.verdict} by ${stepsText(seen.steps)}${seen.failure === undefined ? "" : ` (${seen.failure})`}`,
    ...answers.map((answer) => `  answered to ${answer}`),
    ...new Set(seen.answering.map((packet) => `  also ${JSON.stringify(packet)}`)),
    `ours, the nearest of ${outcomes.length}:`,
    ...nearest,
  ].join("\n");
}

/**
 * What vanished is said to be dropped, unrouted or refused by routing, a fragment to wait for others,
 * and an ACK to be SYNPROXY's: the kernel tells no more.
 */
function agreeing({ verdict: ours, last, because }: Path, seen: Observation["verdict"]): string {
  const waits = last.fragment !== undefined || because.includes("SYNPROXY");
  if (seen !== "vanished" || (ours === "unknown" && waits)) {
    return seen === "vanished" ? ours : seen;
  }
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
