import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import { ADDRESS_TYPES } from "../../../engine/iptables/extensions/addrtype.js";
import {
  CONNTRACK_STATES,
  CONNTRACK_STATUSES,
} from "../../../engine/iptables/extensions/conntrack.js";
import type { PolicyElement } from "../../../engine/iptables/extensions/policy-elements.js";
import { parseProbability, printProbability } from "../../../engine/iptables/probability.js";
import type { Match } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { allOnes } from "../../../engine/net/prefix.js";
import { AH, ESP, IPCOMP, SCTP, TCP, UDP } from "../../../engine/net/protocol.js";
import { hashlimitArbitrary, limitArbitrary } from "./rules-rates.js";
import { setReferenceOf, type RuleSetting } from "./rules-setting.js";
import {
  addressOf,
  addressRangeOf,
  both,
  interfaceName,
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

type Named<Name extends Match["name"]> = Extract<Match, { readonly name: Name }>;
type Make<Name extends Match["name"]> = (setting: RuleSetting) => Arbitrary<Named<Name>>;

const yes = fc.constant(true as const);
const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] as const;

const somePorts = portRange.filter(({ min, max }) => min !== 0 || max !== MAX_16);

/**
 * Left out: all ports, of which some saves say nothing, and the negation of a range from 0 on, which
 * the nft backend gives back as the range above it.
 */
const askedPorts = negatable(somePorts).filter(
  ({ not, value: { min, max } }) => !not || min > 0 || max === 0,
);

const ports = { sport: askedPorts, dport: askedPorts };
const name = <Name extends string>(value: Name): Arbitrary<Name> => fc.constant(value);
const onlyName: { requiredKeys: ["name"] } = { requiredKeys: ["name"] };

const probability = whole(0, 2 ** 31).map((threshold) => {
  const read = parseProbability(printProbability(threshold));
  return read ?? { threshold, text: printProbability(threshold) };
});

function statesOf<State extends string>(states: readonly State[]) {
  return negatable(fc.subarray([...states], { minLength: 1 }));
}

const statistic: Arbitrary<Named<"statistic">> = fc.oneof(
  fc.record({
    name: name("statistic"),
    mode: name("random"),
    probability: negatable(probability),
  }),
  whole(1, MAX_32).chain((every) =>
    fc.record({
      name: name("statistic"),
      mode: name("nth"),
      every: negatable(fc.constant(every)),
      packet: whole(0, every - 1),
    }),
  ),
);

const recent: Make<"recent"> = ({ family }) => {
  const op = fc.record({ not: fc.boolean(), value: yes });
  const timed = { seconds: whole(1, 2 ** 31 - 1), reap: yes, hitcount: whole(1, 20), rttl: yes };
  const operation = fc.oneof(
    fc.record({ set: op }),
    fc.record({ remove: op }),
    fc.record({ rcheck: op, ...timed }, { requiredKeys: ["rcheck"] }),
    fc.record({ update: op, ...timed }, { requiredKeys: ["update"] }),
  );
  const list = fc.record({
    name: name("recent"),
    list: fc.oneof(fc.constant("DEFAULT"), plainWord(30)),
    mask: fc.oneof(fc.constant(allOnes(family)), addressOf(family)),
  });
  const side = fc.oneof(fc.record({ rsource: yes }), fc.record({ rdest: yes }));
  return both(both(list, operation), side);
};

const multiport: Arbitrary<Named<"multiport">> = fc
  .tuple(
    fc.constantFrom("sports", "dports", "ports"),
    negatable(fc.array(portRange, { minLength: 1, maxLength: 7 })),
  )
  .map(([side, list]) => ({ name: "multiport", [side]: list }));

const string: Arbitrary<Named<"string">> = fc
  .record(
    {
      name: name("string"),
      pattern: negatable(fc.record({ bytes: patternBytes() })),
      algo: fc.constantFrom("bm", "kmp"),
      from: whole(1, MAX_16),
      to: whole(0, MAX_16 - 1),
      icase: yes,
    },
    { requiredKeys: ["name", "pattern", "algo"] },
  )
  .filter(({ from = 0, to = MAX_16 }) => from <= to);

function patternBytes(): Arbitrary<string> {
  const printable = fc.integer({ min: 32, max: 126 });
  const byte = fc.oneof({ weight: 9, arbitrary: printable }, fc.integer({ min: 0, max: 255 }));
  return fc
    .oneof(
      fc.array(printable, { minLength: 1, maxLength: 40 }),
      fc.array(byte, { minLength: 1, maxLength: 40 }),
    )
    .map((bytes) => String.fromCharCode(...bytes));
}

const time: Arbitrary<Named<"time">> = fc
  .record(
    {
      name: name("time"),
      timestart: whole(0, 86399),
      timestop: whole(0, 86399),
      monthdays: daysOf(31),
      weekdays: daysOf(7),
      datestart: whole(1, 2 ** 31 - 1),
      datestop: whole(1, 2 ** 31 - 1),
      kerneltz: yes,
      contiguous: yes,
    },
    onlyName,
  )
  .filter(
    ({ contiguous, timestart = 0, timestop = 86399 }) =>
      contiguous === undefined || timestart >= timestop,
  );

function daysOf(last: number) {
  const all = Array.from({ length: last }, (_, index) => index + 1);
  return negatable(fc.subarray(all, { minLength: 1, maxLength: last - 1 }));
}

const u32Step = fc.oneof(
  fc.record({ operator: fc.constantFrom("&", "@"), operand: whole(0, MAX_32) }),
  fc.record({ operator: fc.constantFrom("<<", ">>"), operand: whole(0, 31) }),
);
const u32Test = fc.record({
  start: whole(0, MAX_32),
  steps: fc.array(u32Step, { maxLength: 9 }),
  values: fc.array(rangeOf(0, MAX_32), { minLength: 1, maxLength: 10 }),
});

function policyElement(family: Family): Arbitrary<PolicyElement> {
  const common = {
    reqid: negatable(whole(0, MAX_32)),
    spi: negatable(whole(0, MAX_32)),
    proto: negatable(fc.constantFrom(AH, ESP, IPCOMP)),
  };
  const isTunnel = fc.constantFrom(
    { not: false, value: "tunnel" as const },
    { not: true, value: "transport" as const },
  );
  return fc.oneof(
    fc.record(
      { ...common, mode: negatable(fc.constantFrom("transport", "tunnel")) },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        ...common,
        mode: isTunnel,
        tunnelDst: negatable(maskedAddressOf(family)),
        tunnelSrc: negatable(maskedAddressOf(family)),
      },
      { requiredKeys: ["mode"] },
    ),
  );
}

const policy: Make<"policy"> = ({ family }) => {
  const common = { name: name("policy"), dir: fc.constantFrom("in", "out") };
  const nonEmpty = policyElement(family).filter((element) => Object.keys(element).length > 0);
  return fc.oneof(
    fc.record({ ...common, pol: name("none") }),
    fc.record({ ...common, pol: name("ipsec"), elements: fc.array(nonEmpty, { maxLength: 1 }) }),
    fc.record({
      ...common,
      pol: name("ipsec"),
      strict: yes,
      elements: fc.array(nonEmpty, { minLength: 1, maxLength: 4 }),
    }),
  );
};

const set: Make<"set"> = (setting) =>
  fc.record({
    name: name("set"),
    matchSet: negatable(setReferenceOf(setting)),
  });

const icmpType = fc.oneof(
  fc.record({ type: whole(0, 254), minCode: fc.constant(0), maxCode: fc.constant(255) }),
  fc
    .tuple(whole(0, 254), whole(0, 255))
    .map(([type, code]) => ({ type, minCode: code, maxCode: code })),
);

const sctpChunks = fc.record({
  scope: fc.constantFrom("any", "all", "only"),
  chunks: fc.oneof(
    fc.constant("ALL" as const),
    fc
      .subarray([0, 1, 3, 6, 10, 14, 64, 130, 193])
      .map((types) =>
        types.map((type) => ({ type, mask: type === 0 ? 5 : 0, flags: type === 0 ? 4 : 0 })),
      ),
  ),
});

const physdev: Arbitrary<Named<"physdev">> = atLeastOne(
  fc.record(
    {
      name: name("physdev"),
      isIn: negatable(yes),
      in: negatable(interfaceName),
      isOut: negatable(yes),
      out: negatable(interfaceName),
      isBridged: negatable(yes),
    },
    onlyName,
  ),
);

/** Data with more than the name. */
function atLeastOne<Data extends object>(data: Arbitrary<Data>): Arbitrary<Data> {
  return data.filter((given) => Object.keys(given).length > 1);
}

const spis = rangeOf(0, MAX_32).filter(({ min, max }) => min !== 0 || max !== MAX_32);

function hopLimit<Name extends "ttl" | "hl">(extension: Name) {
  return fc
    .tuple(fc.constantFrom("eq", "lt", "gt"), fc.boolean(), whole(0, MAX_8))
    .map(([how, not, value]) => ({
      name: extension,
      [how]: how === "eq" ? { not, value } : value,
    }));
}

/** What each understood match may ask for. A match without an entry does not compile. */
export const MATCH_ARBITRARIES: {
  readonly [Name in Exclude<Match["name"], "opaque">]: Make<Name>;
} = {
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
