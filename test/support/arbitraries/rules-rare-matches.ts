import * as fc from "fast-check";
import { DCCP_TYPES } from "../../../engine/iptables/extensions/dccp.js";
import { IPV6_HEADERS } from "../../../engine/iptables/extensions/ipv6header.js";
import { srh, type SrhMatch } from "../../../engine/iptables/extensions/srh.js";
import { name, onlyName, ports, spis, yes, type Make } from "./rules-match-parts.js";
import {
  maskedAddressOf,
  maskedMark,
  MAX_16,
  MAX_32,
  MAX_8,
  negatable,
  plainWord,
  rangeOf,
  someOf,
  whole,
} from "./rules-values.js";

const headerLength = negatable(whole(0, MAX_32));

/** The option 0, a single octet, has no length. */
const headerOption = fc.oneof(
  fc.record({ type: whole(0, MAX_8) }),
  fc.record({ type: whole(1, MAX_8), length: whole(0, MAX_8 - 1) }),
);
const headerOptions = fc.array(headerOption, { minLength: 1, maxLength: 16 });

const srhOctet = negatable(whole(0, MAX_8));
const srhOctets = {
  nextHeader: srhOctet,
  lengthEq: srhOctet,
  lengthGt: srhOctet,
  lengthLt: srhOctet,
  leftEq: srhOctet,
  leftGt: srhOctet,
  leftLt: srhOctet,
  lastEq: srhOctet,
  lastGt: srhOctet,
  lastLt: srhOctet,
};
const segment = negatable(maskedAddressOf(6));
const segments = { previous: segment, next: segment, last: segment };

function withOneValueEach(match: SrhMatch): SrhMatch {
  return { ...match, ...srh.normalise?.(match, { family: 6, protocol: undefined }) };
}

const byteCount = fc.oneof(
  whole(0, MAX_32).map(BigInt),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

type RareMatch =
  | "cluster"
  | "connbytes"
  | "connlabel"
  | "cpu"
  | "dccp"
  | "devgroup"
  | "dst"
  | "ecn"
  | "eui64"
  | "frag"
  | "hbh"
  | "helper"
  | "ipcomp"
  | "ipv6header"
  | "mh"
  | "osf"
  | "quota"
  | "realm"
  | "srh";

/** What matches that few dumps use may ask for. */
export const RARE_MATCH_ARBITRARIES: { readonly [Name in RareMatch]: Make<Name> } = {
  cluster: () =>
    fc.record({
      name: name("cluster"),
      nodes: negatable(whole(1, 32)),
      total: whole(6, 32),
      seed: whole(0, MAX_32),
    }),
  // Where both ends meet, iptables forgets a negation; an end of 0 is not saved.
  connbytes: () =>
    fc.record({
      name: name("connbytes"),
      range: fc
        .tuple(fc.boolean(), byteCount, byteCount)
        .filter(([, one, other]) => one !== other)
        .map(([not, one, other]) => ({
          not,
          value: one < other ? { min: one, max: other } : { min: other, max: one },
        })),
      mode: fc.constantFrom("packets" as const, "bytes" as const, "avgpkt" as const),
      dir: fc.constantFrom("original" as const, "reply" as const, "both" as const),
    }),
  connlabel: () =>
    fc.record(
      { name: name("connlabel"), label: negatable(whole(0, 127)), set: yes },
      { requiredKeys: ["name", "label"] },
    ),
  cpu: () => fc.record({ name: name("cpu"), cpu: negatable(whole(0, MAX_32)) }),
  dccp: () =>
    fc.record(
      {
        name: name("dccp"),
        ...ports,
        types: negatable(someOf(DCCP_TYPES)),
        option: negatable(whole(1, MAX_8)),
      },
      onlyName,
    ),
  devgroup: ({ hooks }) => {
    const comesIn = hooks.some((hook) => hook === "PREROUTING" || hook === "INPUT");
    const group = negatable(maskedMark);
    return comesIn
      ? fc.record({ name: name("devgroup"), source: group })
      : fc.record({ name: name("devgroup"), destination: group });
  },
  dst: () => fc.record({ name: name("dst"), length: headerLength, opts: headerOptions }, onlyName),
  ecn: () => {
    const codepoint = negatable(whole(0, 3));
    const flag = negatable(fc.constant(true as const));
    // Only under -p tcp is anything but the last taken.
    return fc.oneof(
      fc
        .record({ name: name("ecn"), ece: flag, cwr: flag, codepoint }, onlyName)
        .filter(({ ece, cwr, codepoint: point }) => (ece ?? cwr ?? point) !== undefined),
      fc.record({ name: name("ecn"), codepoint }),
    );
  },
  eui64: () => fc.record({ name: name("eui64") }),
  frag: () =>
    fc
      .record(
        {
          name: name("frag"),
          id: negatable(spis),
          length: headerLength,
          reserved: yes,
          first: yes,
          more: yes,
          last: yes,
        },
        onlyName,
      )
      .filter(({ more, last }) => more === undefined || last === undefined),
  hbh: () => fc.record({ name: name("hbh"), length: headerLength, opts: headerOptions }, onlyName),
  helper: () => fc.record({ name: name("helper"), helper: negatable(plainWord(29)) }),
  ipcomp: () =>
    fc.record(
      { name: name("ipcomp"), spi: negatable(spis), reserved: yes },
      { requiredKeys: ["name", "spi"] },
    ),
  ipv6header: () =>
    fc.record(
      { name: name("ipv6header"), header: negatable(someOf(IPV6_HEADERS)), soft: yes },
      { requiredKeys: ["name", "header"] },
    ),
  osf: () =>
    fc.record(
      { name: name("osf"), genre: negatable(plainWord(31)), ttl: whole(0, 2), log: whole(0, 2) },
      { requiredKeys: ["name", "genre"] },
    ),
  mh: () => fc.record({ name: name("mh"), type: negatable(rangeOf(0, MAX_8 - 1)) }, onlyName),
  quota: () => fc.record({ name: name("quota"), quota: negatable(byteCount) }),
  realm: () => fc.record({ name: name("realm"), realm: negatable(maskedMark) }),
  // What it asks of one number it asks with one value.
  srh: () =>
    fc
      .record(
        { name: name("srh"), ...srhOctets, tag: negatable(whole(0, MAX_16)), ...segments },
        onlyName,
      )
      .map((match) => withOneValueEach(match)),
};
