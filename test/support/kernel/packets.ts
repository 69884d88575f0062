import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { DCCP, ESP, IPCOMP } from "../../../engine/net/protocol.js";
import { PORTS, anyHost, singleHost, vocabularyOf, type Vocabulary } from "./vocabulary.js";
import type { WirePacket } from "./wire-format.js";
import type { WireHeader } from "./wire-headers.js";

/** A packet and where it is put in: at a wire's far end, or by the node itself. */
export interface Injection {
  readonly from: "pod" | "outside" | undefined;
  readonly packet: WirePacket;
}

const FLAGS = [
  "syn",
  "ack",
  "syn,ack",
  "rst",
  "fin,ack",
  "psh,ack",
  "none",
  "fin,syn",
  "syn,psh,urg",
  "syn,ece,cwr",
  "ack,ece",
];

const anyPort = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...PORTS) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 511, 1023, 65535) },
);

const ICMP_MESSAGES = {
  4: fc.constantFrom([8, 0], [8, 1], [13, 0], [0, 0], [3, 1], [9, 0]),
  6: fc.constantFrom([128, 0], [129, 0], [1, 4], [2, 0]),
} as const;

function transport(family: Family): fc.Arbitrary<Omit<WirePacket, "source" | "destination">> {
  const ports = { sourcePort: fc.integer({ min: 1, max: 65535 }), destinationPort: anyPort };
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record(
        {
          protocol: fc.constant("tcp" as const),
          ...ports,
          flags: fc.oneof(
            { weight: 5, arbitrary: fc.constant("syn") },
            { weight: 3, arbitrary: fc.constantFrom(...FLAGS) },
          ),
          mss: fc.constantFrom(1460, 1200),
        },
        { requiredKeys: ["protocol", "sourcePort", "destinationPort", "flags"] },
      ),
    },
    { weight: 1, arbitrary: rareTransport(ports) },
    { weight: 4, arbitrary: fc.record({ protocol: fc.constant("udp" as const), ...ports }) },
    { weight: 1, arbitrary: fc.record({ protocol: fc.constant("sctp" as const), ...ports }) },
    {
      weight: 1,
      arbitrary: fc
        .record({
          protocol: fc.constant(family === 4 ? ("icmp" as const) : ("icmpv6" as const)),
          message: ICMP_MESSAGES[family],
          icmpId: fc.constantFrom(1, 77, 65535),
        })
        .map(({ protocol, message: [icmpType = 8, icmpCode = 0], icmpId }) => ({
          protocol,
          icmpType,
          icmpCode,
          icmpId,
        })),
    },
  );
}

/** DCCP, and what hides its ports: ESP, IPComp. */
function rareTransport(
  ports: Readonly<Record<"sourcePort" | "destinationPort", fc.Arbitrary<number>>>,
): fc.Arbitrary<Omit<WirePacket, "source" | "destination">> {
  return fc.oneof(
    fc.record({
      protocol: fc.constant(DCCP),
      ...ports,
      messageType: fc.constantFrom(0, 1, 2),
    }),
    fc.record({ protocol: fc.constantFrom(ESP, IPCOMP), spi: fc.constantFrom(7, 8) }),
  );
}

type Looks = Pick<WirePacket, "ttl" | "tos" | "payload" | "fragment" | "headers" | "pieces">;

const HEADERS: readonly WireHeader[] = [
  { header: 0, options: [{ type: 30, length: 4 }] },
  { header: 43, routing: { type: 253, segmentsLeft: 0, addresses: ["fd00:9::1", "fd00:9::2"] } },
  { header: 60, options: [{ type: 30, length: 2 }] },
];

/** Of IPv6: extension headers, each at most once and in their usual order. */
const headers: fc.Arbitrary<Looks> = fc
  .subarray([...HEADERS], { minLength: 1 })
  .map((chosen) => ({ headers: chosen }));

/** Fragments that connection tracking puts together again; the first holds the transport header. */
const pieces: fc.Arbitrary<Looks> = fc.constantFrom({ pieces: 24 }, { pieces: 24, payload: 40 });

/** First fragments are told from whole packets by what follows them, which a lone packet lacks. */
const furtherFragment = fc.constantFrom(
  { offset: 8, more: true },
  { offset: 16, more: false },
  { offset: 1480, more: false },
);

const looks: fc.Arbitrary<Looks> = fc.record(
  {
    ttl: fc.constantFrom(1, 2, 64, 255),
    tos: fc.constantFrom(0, 0x10, 0x2e << 2, 0x2, 0x11),
    payload: fc.constantFrom(0, 8, 100),
  },
  { requiredKeys: [] },
);

const fragments: fc.Arbitrary<Looks> = fc.record({ fragment: furtherFragment });

function sourcesOf(words: Vocabulary, from: Injection["from"]): fc.Arbitrary<string> {
  const usual = from === "pod" ? words.pods : from === "outside" ? words.outside : words.node;
  if (from === undefined) return fc.constantFrom(...usual, words.loopback);
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: anyHost(words) },
  );
}

export function injection(family: Family): fc.Arbitrary<Injection> {
  const words = vocabularyOf(family);
  return fc.constantFrom<Injection["from"][]>("outside", "pod", undefined).chain((from) =>
    fc
      .record({
        ends: fc.record({
          source: sourcesOf(words, from),
          destination: from === undefined ? singleHost(words) : anyHost(words),
        }),
        rest: transport(family),
        looks: fc.oneof(
          { weight: 12, arbitrary: fc.constant<Looks>({}) },
          { weight: 4, arbitrary: looks },
          fragments,
          pieces,
          ...(family === 6 ? [headers] : []),
        ),
      })
      .map(({ ends, rest, looks: { payload = 8, ...seen } }) => ({
        from,
        // The sequence numbers of TCP fit the usual payload alone.
        packet: { ...rest, ...ends, ...seen, ...(rest.protocol === "tcp" ? {} : { payload }) },
      })),
  );
}
