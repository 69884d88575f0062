import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { maybeNot, PORTS, vocabularyOf } from "./vocabulary.js";

/** The ipsets that generated rules ask and change, of the addresses that they have in common. */
export function setsOf(family: Family): string {
  const { pods, outside, node, service } = vocabularyOf(family);
  const [podA, podB] = pods;
  const [client, far] = outside;
  const six = family === 6 ? " family inet6" : "";
  const [wide, narrow] =
    family === 4 ? ["10.0.0.0/8", "10.244.0.0/24"] : ["fd00::/16", "fd00:244::/64"];
  const echo = family === 4 ? "icmp:8/0" : "icmpv6:128/0";
  return [
    `create hosts hash:ip${six}`,
    `create nets hash:net${six}`,
    `create pairs hash:ip,port${six}`,
    `create wide hash:net,port${six}`,
    `create ports bitmap:port range 0-9000`,
    "create lists list:set",
    ...["hosts", "nets", "pairs", "wide", "ports", "lists"].map((name) => `flush ${name}`),
    ...[podA, client, node[0]].map((address) => `add hosts ${address}`),
    `add nets ${wide}`,
    `add nets ${narrow} nomatch`,
    `add nets ${podB}`,
    `add pairs ${service},tcp:80`,
    `add pairs ${service},udp:53`,
    `add pairs ${podA},udp:8080`,
    `add pairs ${podB},${echo}`,
    `add wide ${narrow},udp:80`,
    `add wide ${podB},udp:80 nomatch`,
    `add wide ${far},tcp:443`,
    ...PORTS.slice(0, 3).map((port) => `add ports ${port}`),
    "add lists hosts",
    "add lists pairs",
    "",
  ].join("\n");
}

const ASKED = [
  "hosts src",
  "hosts dst",
  "nets src",
  "nets dst",
  "pairs dst,dst",
  "pairs src,src",
  "wide dst,dst",
  "wide src,dst",
  "ports dst",
  "ports src",
  "lists src",
  "lists dst,dst",
];

export const setMatch: fc.Arbitrary<string> = fc
  .tuple(maybeNot, fc.constantFrom(...ASKED))
  .map(([not, asked]) => `-m set ${not}--match-set ${asked}`);

export const setTarget: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("--add-set", "--del-set"),
    fc.constantFrom(
      "hosts src",
      "hosts dst",
      "nets dst",
      "pairs dst,dst",
      "wide dst,dst",
      "ports dst",
    ),
  )
  .map(([verb, asked]) => `-j SET ${verb} ${asked}`);
