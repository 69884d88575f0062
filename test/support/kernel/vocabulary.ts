import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";

/**
 * The few addresses and ports that generated rules and packets have in common, so that rules do
 * match: of `NODE_TOPOLOGY`'s node, its pods, other nodes' pods, clients, and a Service's address.
 */
export interface Vocabulary {
  readonly pods: readonly string[];
  readonly outside: readonly string[];
  readonly node: readonly string[];
  readonly loopback: string;
  readonly service: string;
  readonly strange: readonly string[];
  readonly prefixes: readonly string[];
}

const IPV4: Vocabulary = {
  pods: ["10.244.0.5", "10.244.0.6"],
  outside: ["192.168.1.20", "203.0.113.9", "10.244.1.7"],
  node: ["192.168.1.10", "10.244.0.1"],
  loopback: "127.0.0.1",
  service: "10.96.0.10",
  strange: ["192.168.1.255", "255.255.255.255", "224.0.0.1", "0.0.0.0", "127.0.0.9"],
  prefixes: ["10.244.0.0/24", "10.0.0.0/8", "192.168.1.0/255.255.255.0", "0.0.0.10/0.0.0.255"],
};

const IPV6: Vocabulary = {
  pods: ["fd00:244::5", "fd00:244::6"],
  outside: ["fd00:1::20", "2001:db8::9", "fd00:244:0:1::7"],
  node: ["fd00:1::10", "fd00:244::1"],
  loopback: "::1",
  service: "fd00:96::10",
  strange: ["ff02::1", "fd00:1::"],
  prefixes: ["fd00:244::/64", "fd00::/8", "::10/::ff"],
};

export function vocabularyOf(family: Family): Vocabulary {
  return family === 4 ? IPV4 : IPV6;
}

export const PORTS = [53, 80, 443, 8080, 30080] as const;

export function anyHost(words: Vocabulary): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(words.service, ...words.pods) },
    { weight: 3, arbitrary: fc.constantFrom(...words.outside, ...words.node) },
    { weight: 1, arbitrary: fc.constantFrom(words.loopback, ...words.strange) },
  );
}

/**
 * Destinations of which the node itself sends one packet to one host. What it sends to many it also
 * sends to itself, as a second packet.
 */
export function singleHost(words: Vocabulary): fc.Arbitrary<string> {
  return fc.constantFrom(
    words.service,
    words.service,
    ...words.pods,
    ...words.outside,
    ...words.node,
    words.loopback,
  );
}

export function anyRange(words: Vocabulary): fc.Arbitrary<string> {
  return fc.oneof(anyHost(words), fc.constantFrom(...words.prefixes));
}

/** `! ` now and then. */
export const maybeNot = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constant("! ") },
);

export const port = fc.constantFrom(...PORTS);

export const portRange = fc.oneof(
  { weight: 4, arbitrary: port.map(String) },
  fc.constantFrom("1:1023", "80:", ":443", "8000:9000"),
);
