import * as fc from "fast-check";
import { ADDRESS_TYPES } from "../../../engine/iptables/extensions/addrtype.js";
import {
  CONNTRACK_STATES,
  CONNTRACK_STATUSES,
} from "../../../engine/iptables/extensions/conntrack.js";
import type { Match } from "../../../engine/iptables/types.js";
import { SCTP, TCP, UDP } from "../../../engine/net/protocol.js";
import { RARE_MATCH_ARBITRARIES } from "./rules-rare-matches.js";
import { hashlimitArbitrary, limitArbitrary } from "./rules-rates.js";
import {
  addressOf,
  addressRangeOf,
  maskedAddressOf,
  maskedMark,
  MAX_16,
  MAX_32,
  MAX_8,
  negatable,
  plainWord,
  portRange,
  rangeOf,
  someOf,
  text,
  whole,
} from "./rules-values.js";
import {
  yes,
  TCP_FLAGS,
  ports,
  name,
  onlyName,
  statesOf,
  statistic,
  recent,
  multiport,
  string,
  time,
  u32Test,
  policy,
  set,
  icmpType,
  sctpChunks,
  physdev,
  atLeastOne,
  spis,
  hopLimit,
  type Make,
} from "./rules-match-parts.js";

/** What each understood match may ask for. A match without an entry does not compile. */
export const MATCH_ARBITRARIES: {
  readonly [Name in Exclude<Match["name"], "opaque">]: Make<Name>;
} = {
  ...RARE_MATCH_ARBITRARIES,
  addrtype: () =>
    fc
      .record(
        {
          name: name("addrtype"),
          srcType: negatable(someOf(ADDRESS_TYPES)),
          dstType: negatable(someOf(ADDRESS_TYPES)),
          limitIfaceIn: yes,
        },
        onlyName,
      )
      .filter(({ srcType, dstType }) => (srcType ?? dstType) !== undefined),
  ah: ({ family }) =>
    fc.record(
      {
        name: name("ah"),
        spi: negatable(spis),
        ...(family === 6 ? { len: negatable(whole(1, MAX_32)), reserved: yes } : {}),
      },
      onlyName,
    ),
  bpf: () =>
    fc.record({
      name: name("bpf"),
      bytecode: fc
        .array(fc.record({ k: whole(0, MAX_32) }), { maxLength: 5 })
        .map((loads) =>
          loads
            .map(({ k }) => ({ code: 0, jt: 0, jf: 0, k }))
            .concat({ code: 6, jt: 0, jf: 0, k: 1 }),
        ),
    }),
  cgroup: () => fc.record({ name: name("cgroup"), classid: negatable(whole(0, MAX_32)) }),
  comment: () => fc.record({ name: name("comment"), comment: fc.oneof(text(40), plainWord(40)) }),
  connlimit: ({ family }) =>
    fc
      .tuple(
        fc.constantFrom("upto", "above"),
        whole(0, MAX_32),
        whole(0, family === 4 ? 32 : 128),
        fc.constantFrom("saddr", "daddr"),
      )
      .map(([side, value, mask, whose]) => ({
        name: "connlimit",
        [side]: { not: false, value },
        mask,
        [whose]: true,
      })),
  connmark: () => fc.record({ name: name("connmark"), mark: negatable(maskedMark) }),
  conntrack: ({ family }) =>
    atLeastOne(
      fc.record(
        {
          name: name("conntrack"),
          ctstate: statesOf(CONNTRACK_STATES),
          ctproto: negatable(whole(0, MAX_8)),
          ctorigsrc: negatable(maskedAddressOf(family)),
          ctorigdst: negatable(maskedAddressOf(family)),
          ctreplsrc: negatable(maskedAddressOf(family)),
          ctrepldst: negatable(maskedAddressOf(family)),
          ctorigsrcport: negatable(portRange),
          ctorigdstport: negatable(portRange),
          ctreplsrcport: negatable(portRange),
          ctrepldstport: negatable(portRange),
          ctstatus: negatable(fc.subarray([...CONNTRACK_STATUSES])),
          ctexpire: negatable(rangeOf(0, MAX_32)),
          ctdir: fc.constantFrom("ORIGINAL", "REPLY"),
        },
        onlyName,
      ),
    ),
  dscp: () => fc.record({ name: name("dscp"), dscp: negatable(whole(0, 63)) }),
  esp: () => fc.record({ name: name("esp"), spi: negatable(spis) }, onlyName),
  hashlimit: hashlimitArbitrary,
  hl: () => hopLimit("hl"),
  icmp: () =>
    fc.record({
      name: name("icmp"),
      type: negatable(fc.oneof(icmpType, fc.constant({ type: 255, minCode: 0, maxCode: 255 }))),
    }),
  icmp6: () => fc.record({ name: name("icmp6"), type: negatable(icmpType) }),
  iprange: ({ family }) =>
    atLeastOne(
      fc.record(
        {
          name: name("iprange"),
          srcRange: negatable(addressRangeOf(family)),
          dstRange: negatable(addressRangeOf(family)),
        },
        onlyName,
      ),
    ),
  ipvs: ({ family }) =>
    atLeastOne(
      fc.record(
        {
          name: name("ipvs"),
          vproto: negatable(fc.constantFrom(TCP, UDP, SCTP)),
          vaddr: negatable(maskedAddressOf(family)),
          vport: negatable(whole(0, MAX_16)),
          vdir: fc.constantFrom("ORIGINAL", "REPLY"),
          vmethod: negatable(fc.constantFrom("GATE", "IPIP", "MASQ")),
          vportctl: negatable(whole(0, MAX_16)),
        },
        onlyName,
      ),
    ),
  length: () => fc.record({ name: name("length"), length: negatable(rangeOf(0, MAX_16)) }),
  limit: () => limitArbitrary,
  mac: () =>
    fc.record({
      name: name("mac"),
      source: negatable(
        fc
          .array(whole(0, MAX_8), { minLength: 6, maxLength: 6 })
          .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":")),
      ),
    }),
  mark: () => fc.record({ name: name("mark"), mark: negatable(maskedMark) }),
  multiport: () => multiport,
  owner: () =>
    atLeastOne(
      fc.record(
        {
          name: name("owner"),
          socketExists: negatable(yes),
          uid: negatable(rangeOf(0, MAX_32 - 1)),
          gid: negatable(rangeOf(0, MAX_32 - 1)),
        },
        onlyName,
      ),
    ),
  physdev: () => physdev,
  pkttype: () =>
    fc.record({
      name: name("pkttype"),
      type: negatable(fc.constantFrom("unicast", "broadcast", "multicast", "otherhost")),
    }),
  policy,
  recent,
  rpfilter: () =>
    fc.record(
      {
        name: name("rpfilter"),
        loose: yes,
        validmark: yes,
        acceptLocal: yes,
        invert: yes,
      },
      onlyName,
    ),
  rt: () =>
    fc.oneof(
      fc.record(
        {
          name: name("rt"),
          type: negatable(whole(0, MAX_32)),
          segsleft: negatable(spis),
          len: negatable(whole(0, MAX_32)),
        },
        onlyName,
      ),
      fc.record(
        {
          name: name("rt"),
          type: fc.record({ not: fc.constant(false), value: fc.constant(0) }),
          reserved: yes,
          addresses: fc.array(addressOf(6), { minLength: 1, maxLength: 4 }),
          notStrict: yes,
        },
        { requiredKeys: ["name", "type", "addresses"] },
      ),
    ),
  sctp: () =>
    fc.record({ name: name("sctp"), ...ports, chunkTypes: negatable(sctpChunks) }, onlyName),
  set,
  socket: () =>
    fc.record(
      { name: name("socket"), transparent: yes, nowildcard: yes, restoreSkmark: yes },
      onlyName,
    ),
  state: () =>
    fc.record({
      name: name("state"),
      state: statesOf(["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"]),
    }),
  statistic: () => statistic,
  string: () => string,
  tcp: () =>
    fc.record(
      {
        name: name("tcp"),
        ...ports,
        tcpOption: negatable(whole(1, MAX_8)),
        flags: negatable(
          fc.record({
            mask: fc.subarray([...TCP_FLAGS], { minLength: 1 }),
            set: fc.subarray([...TCP_FLAGS]),
          }),
        ),
      },
      onlyName,
    ),
  tcpmss: () => fc.record({ name: name("tcpmss"), mss: negatable(rangeOf(0, MAX_16)) }),
  time: () => time,
  tos: () =>
    fc.record({
      name: name("tos"),
      tos: negatable(fc.record({ value: whole(0, MAX_8), mask: whole(0, MAX_8) })),
    }),
  ttl: () => hopLimit("ttl"),
  u32: () =>
    fc.record({
      name: name("u32"),
      tests: negatable(fc.array(u32Test, { minLength: 1, maxLength: 3 })),
    }),
  udp: () => fc.record({ name: name("udp"), ...ports }, onlyName),
};
