import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { Range } from "../../../engine/iptables/extensions/codecs.js";
import type { NatRange } from "../../../engine/iptables/extensions/nat-range.js";
import type { Target } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { makePrefix, maskOfLength } from "../../../engine/net/prefix.js";
import { DCCP, ICMP, SCTP, TCP, UDP } from "../../../engine/net/protocol.js";
import { setReferenceOf, type RuleSetting } from "./rules-setting.js";
import {
  addressOf,
  addressRangeOf,
  both,
  maskedMark,
  MAX_16,
  MAX_32,
  MAX_8,
  plainWord,
  portRange,
  prefixOf,
  rangeOf,
  someOf,
  text,
  whole,
} from "./rules-values.js";

type Named<Name extends Target["name"]> = Extract<Target, { readonly name: Name }>;
type Make<Name extends Target["name"]> = (
  setting: RuleSetting,
  protocol: number | undefined,
) => Arbitrary<Named<Name>>;

const yes = fc.constant(true as const);
const name = <Name extends string>(value: Name): Arbitrary<Name> => fc.constant(value);
const onlyName: { requiredKeys: ["name"] } = { requiredKeys: ["name"] };

const WITH_PORTS: ReadonlySet<number | undefined> = new Set([TCP, UDP, SCTP, DCCP, ICMP]);

function natRange(
  family: Family,
  protocol: number | undefined,
  shifted: boolean,
): Arbitrary<NatRange> {
  const addresses = fc.oneof(
    addressOf(family).map((address) => ({ min: address, max: address })),
    addressRangeOf(family),
  );
  const plain = fc.record({ addresses });
  if (!WITH_PORTS.has(protocol)) return plain;
  const base = portRange
    .filter(({ min, max }) => min < max)
    .chain((range) => both(fc.constant(range), fc.record({ base: whole(1, MAX_16) })));
  const ports = shifted ? fc.oneof(portRange, base) : portRange;
  return fc.oneof(plain, fc.record({ addresses, ports }), fc.record({ ports }));
}

/** Ports only where the protocol has them. */
function whereThereArePorts<Data extends { readonly toPorts?: Range }>(
  data: Arbitrary<Data>,
  protocol: number | undefined,
): Arbitrary<Data> {
  return WITH_PORTS.has(protocol) ? data : data.filter(({ toPorts }) => toPorts === undefined);
}

const CONNTRACK_EVENTS = [
  "new",
  "related",
  "destroy",
  "reply",
  "assured",
  "protoinfo",
  "helper",
  "mark",
  "natseqinfo",
  "secmark",
] as const;

const zone = fc.oneof(whole(1, MAX_16), name("mark"));

const ct: Arbitrary<Named<"CT">> = both(
  fc.record(
    {
      name: name("CT"),
      notrack: yes,
      ctevents: someOf(CONNTRACK_EVENTS),
      expevents: name("new"),
    },
    onlyName,
  ),
  fc.oneof(
    fc.constant({}),
    fc.record({ zone }),
    fc.record({ zoneOrig: zone }),
    fc.record({ zoneReply: zone }),
  ),
);

const markMasks = { nfmask: whole(0, MAX_32), ctmask: whole(0, MAX_32) };
const connmark: Arbitrary<Named<"CONNMARK">> = both(
  fc.oneof(
    fc.record({ name: name("CONNMARK"), xmark: maskedMark }),
    fc.record({ name: name("CONNMARK"), save: yes, ...markMasks }),
    fc.record({ name: name("CONNMARK"), restore: yes, ...markMasks }),
  ),
  fc.oneof(
    fc.constant({}),
    fc.record({ leftShift: whole(1, 31) }),
    fc.record({ rightShift: whole(1, 31) }),
  ),
);

const queueFlags = { bypass: yes, cpuFanout: yes };
const nfqueue: Arbitrary<Named<"NFQUEUE">> = fc.oneof(
  fc.record(
    { name: name("NFQUEUE"), num: whole(0, MAX_16), bypass: yes },
    { requiredKeys: ["name", "num"] },
  ),
  fc.record(
    {
      name: name("NFQUEUE"),
      balance: rangeOf(1, MAX_16).filter(({ min, max }) => min < max),
      ...queueFlags,
    },
    { requiredKeys: ["name", "balance"] },
  ),
);

function setTarget(setting: RuleSetting): Arbitrary<Named<"SET">> {
  const reference = setReferenceOf(setting);
  return fc.oneof(
    fc.record({ name: name("SET"), delSet: reference }),
    fc.record(
      { name: name("SET"), addSet: reference, exist: yes, timeout: whole(0, MAX_32 - 1) },
      { requiredKeys: ["name", "addSet"] },
    ),
  );
}

const tcpResetOr: (family: Family, protocol: number | undefined) => Arbitrary<string> = (
  family,
  protocol,
) => {
  const replies =
    family === 4
      ? [
          "net-unreachable",
          "host-unreachable",
          "proto-unreachable",
          "port-unreachable",
          "net-prohibited",
          "host-prohibited",
          "admin-prohibited",
        ].map((reply) => `icmp-${reply}`)
      : [
          "no-route",
          "adm-prohibited",
          "addr-unreachable",
          "port-unreachable",
          "policy-fail",
          "reject-route",
        ].map((reply) => `icmp6-${reply}`);
  return fc.constantFrom(...replies, ...(protocol === TCP ? ["tcp-reset"] : []));
};

const hopLimitOps = fc.oneof(
  fc.record({ set: whole(0, MAX_8) }),
  fc.record({ dec: whole(1, MAX_8) }),
  fc.record({ inc: whole(1, MAX_8) }),
);

const shortPrefix = fc
  .tuple(addressOf(6), whole(1, 64))
  .map(([address, length]) => makePrefix(address, maskOfLength(6, length)))
  // A save says nothing of it.
  .filter(({ address }) => address !== 0n);

const prefixPair = fc.record({ source: shortPrefix, destination: shortPrefix });

const verdict =
  <Name extends Target["name"]>(value: Name) =>
  () =>
    fc.record({ name: fc.constant(value) });

/** What each understood target may ask for. A target without an entry does not compile. */
export const TARGET_ARBITRARIES: {
  readonly [Name in Exclude<Target["name"], "opaque" | "jump" | "goto">]: Make<Name>;
} = {
  ACCEPT: verdict("ACCEPT"),
  DROP: verdict("DROP"),
  RETURN: verdict("RETURN"),
  QUEUE: verdict("QUEUE"),
  NOTRACK: verdict("NOTRACK"),
  TRACE: verdict("TRACE"),
  AUDIT: () =>
    fc.record({ name: name("AUDIT"), type: fc.constantFrom("accept", "drop", "reject") }),
  CHECKSUM: () => fc.record({ name: name("CHECKSUM"), fill: yes }),
  CLASSIFY: () =>
    fc.record({
      name: name("CLASSIFY"),
      setClass: fc.record({ major: whole(0, MAX_16), minor: whole(0, MAX_16) }),
    }),
  CONNMARK: () => connmark,
  CONNSECMARK: () =>
    fc.oneof(
      fc.record({ name: name("CONNSECMARK"), save: yes }),
      fc.record({ name: name("CONNSECMARK"), restore: yes }),
    ),
  CT: () => ct,
  DNAT: ({ family }, protocol) =>
    fc.record(
      {
        name: name("DNAT"),
        toDestination: natRange(family, protocol, true),
        random: yes,
        persistent: yes,
      },
      { requiredKeys: ["name", "toDestination"] },
    ),
  DNPT: () => both(fc.record({ name: name("DNPT") }), prefixPair),
  ECN: (_, protocol) =>
    protocol === TCP
      ? fc
          .record(
            {
              name: name("ECN"),
              ece: whole(0, 1),
              cwr: whole(0, 1),
              codepoint: whole(0, 3),
            },
            onlyName,
          )
          .filter(({ ece, cwr, codepoint }) => (ece ?? cwr ?? codepoint) !== undefined)
      : fc.record({ name: name("ECN"), codepoint: whole(0, 3) }),
  // A label has one timer, and that of one kind.
  IDLETIMER: () => {
    const timeout = whole(1, 2_147_482);
    return fc.oneof(
      fc.record({ name: name("IDLETIMER"), timeout, label: plainWord(20) }),
      fc.record({
        name: name("IDLETIMER"),
        timeout,
        label: plainWord(20).map((word) => `${word}-alarm`),
        alarm: yes,
      }),
    );
  },
  DSCP: () => fc.record({ name: name("DSCP"), setDscp: whole(0, 63) }),
  HL: () => both(fc.record({ name: name("HL") }), hopLimitOps),
  LOG: () =>
    fc.record(
      {
        name: name("LOG"),
        prefix: text(9),
        level: whole(0, 7),
        tcpSequence: yes,
        tcpOptions: yes,
        ipOptions: yes,
        uid: yes,
        macdecode: yes,
      },
      onlyName,
    ),
  MARK: () => fc.record({ name: name("MARK"), xmark: maskedMark }),
  MASQUERADE: (_, protocol) =>
    whereThereArePorts(
      fc.record(
        { name: name("MASQUERADE"), toPorts: portRange, random: yes, randomFully: yes },
        onlyName,
      ),
      protocol,
    ),
  NETMAP: ({ family }) => fc.record({ name: name("NETMAP"), to: prefixOf(family) }),
  NFLOG: () =>
    fc.record(
      {
        name: name("NFLOG"),
        prefix: text(20),
        group: whole(0, MAX_16),
        size: whole(0, MAX_32),
        threshold: whole(1, MAX_16),
      },
      onlyName,
    ),
  NFQUEUE: () => nfqueue,
  REDIRECT: (_, protocol) =>
    whereThereArePorts(
      fc.record({ name: name("REDIRECT"), toPorts: portRange, random: yes }, onlyName),
      protocol,
    ),
  REJECT: ({ family }, protocol) =>
    fc.record({ name: name("REJECT"), rejectWith: tcpResetOr(family, protocol) }),
  SET: setTarget,
  SNAT: ({ family }, protocol) =>
    fc.record(
      {
        name: name("SNAT"),
        toSource: natRange(family, protocol, false),
        random: yes,
        randomFully: yes,
        persistent: yes,
      },
      { requiredKeys: ["name", "toSource"] },
    ),
  SNPT: () => both(fc.record({ name: name("SNPT") }), prefixPair),
  SYNPROXY: () =>
    fc.record(
      {
        name: name("SYNPROXY"),
        sackPerm: yes,
        timestamp: yes,
        wscale: whole(0, MAX_8),
        mss: whole(0, MAX_16),
        ecn: yes,
      },
      onlyName,
    ),
  TCPOPTSTRIP: () =>
    fc.record(
      {
        name: name("TCPOPTSTRIP"),
        strip: fc
          .uniqueArray(whole(2, MAX_8), { minLength: 1, maxLength: 10 })
          .map((numbers) => numbers.toSorted((left, right) => left - right)),
      },
      onlyName,
    ),
  TCPMSS: ({ family }) =>
    fc.oneof(
      fc.record({ name: name("TCPMSS"), setMss: whole(0, MAX_16 - (family === 4 ? 20 : 40)) }),
      fc.record({ name: name("TCPMSS"), clampMssToPmtu: yes }),
    ),
  TEE: ({ family }) =>
    fc.record(
      {
        name: name("TEE"),
        gateway: addressOf(family).filter((address) => address !== 0 && address !== 0n),
        oif: fc.constantFrom("eth0", "lo"),
      },
      { requiredKeys: ["name", "gateway"] },
    ),
  TOS: () =>
    fc.record({
      name: name("TOS"),
      setTos: fc.record({ value: whole(0, MAX_8), mask: whole(0, MAX_8) }),
    }),
  TPROXY: ({ family }) =>
    fc.record({
      name: name("TPROXY"),
      onPort: whole(0, MAX_16),
      onIp: addressOf(family),
      mark: maskedMark,
    }),
  TTL: () => both(fc.record({ name: name("TTL") }), hopLimitOps),
};
