import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { PolicyElement } from "../../../engine/iptables/extensions/policy-elements.js";
import { parseProbability, printProbability } from "../../../engine/iptables/probability.js";
import type { Match } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { allOnes } from "../../../engine/net/prefix.js";
import { AH, ESP, IPCOMP } from "../../../engine/net/protocol.js";
import { setReferenceOf, type RuleSetting } from "./rules-setting.js";
import {
  addressOf,
  both,
  interfaceName,
  maskedAddressOf,
  MAX_16,
  MAX_32,
  MAX_8,
  negatable,
  plainWord,
  portRange,
  rangeOf,
  whole,
} from "./rules-values.js";

type Named<Name extends Match["name"]> = Extract<Match, { readonly name: Name }>;
export type Make<Name extends Match["name"]> = (setting: RuleSetting) => Arbitrary<Named<Name>>;

export const yes = fc.constant(true as const);
export const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] as const;

const somePorts = portRange.filter(({ min, max }) => min !== 0 || max !== MAX_16);

/**
 * Left out: all ports, of which some saves say nothing, and the negation of a range from 0 on, which
 * the nft backend gives back as the range above it.
 */
const askedPorts = negatable(somePorts).filter(
  ({ not, value: { min, max } }) => !not || min > 0 || max === 0,
);

export const ports = { sport: askedPorts, dport: askedPorts };
export const name = <Name extends string>(value: Name): Arbitrary<Name> => fc.constant(value);
export const onlyName: { requiredKeys: ["name"] } = { requiredKeys: ["name"] };

const probability = whole(0, 2 ** 31).map((threshold) => {
  const read = parseProbability(printProbability(threshold));
  return read ?? { threshold, text: printProbability(threshold) };
});

export function statesOf<State extends string>(states: readonly State[]) {
  return negatable(fc.subarray([...states], { minLength: 1 }));
}

export const statistic: Arbitrary<Named<"statistic">> = fc.oneof(
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

export const recent: Make<"recent"> = ({ family }) => {
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

export const multiport: Arbitrary<Named<"multiport">> = fc
  .tuple(
    fc.constantFrom("sports", "dports", "ports"),
    negatable(fc.array(portRange, { minLength: 1, maxLength: 7 })),
  )
  .map(([side, list]) => ({ name: "multiport", [side]: list }));

export const string: Arbitrary<Named<"string">> = fc
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

export const time: Arbitrary<Named<"time">> = fc
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
export const u32Test = fc.record({
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

export const policy: Make<"policy"> = ({ family }) => {
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

export const set: Make<"set"> = (setting) =>
  fc.record({
    name: name("set"),
    matchSet: negatable(setReferenceOf(setting)),
  });

export const icmpType = fc.oneof(
  fc.record({ type: whole(0, 254), minCode: fc.constant(0), maxCode: fc.constant(255) }),
  fc
    .tuple(whole(0, 254), whole(0, 255))
    .map(([type, code]) => ({ type, minCode: code, maxCode: code })),
);

export const sctpChunks = fc.record({
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

export const physdev: Arbitrary<Named<"physdev">> = atLeastOne(
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
export function atLeastOne<Data extends object>(data: Arbitrary<Data>): Arbitrary<Data> {
  return data.filter((given) => Object.keys(given).length > 1);
}

export const spis = rangeOf(0, MAX_32).filter(({ min, max }) => min !== 0 || max !== MAX_32);

export function hopLimit<Name extends "ttl" | "hl">(extension: Name) {
  return fc
    .tuple(fc.constantFrom("eq", "lt", "gt"), fc.boolean(), whole(0, MAX_8))
    .map(([how, not, value]) => ({
      name: extension,
      [how]: how === "eq" ? { not, value } : value,
    }));
}
