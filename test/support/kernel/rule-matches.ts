import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import type { Hook, TableName } from "../../../engine/iptables/types.js";
import { OTHER_PROTOCOLS, rareMatchWords, TCP_WORDS } from "./rare-words.js";
import { setMatch } from "./sets.js";
import { anyHost, anyRange, maybeNot, port, portRange, vocabularyOf } from "./vocabulary.js";

/** Where a rule stands; a user chain stands in no hook of its own. */
export interface RulePlace {
  readonly family: Family;
  readonly table: TableName;
  /** Hooks that the rule can be reached from. */
  readonly hooks: readonly Hook[];
  /** In a built-in chain itself, where the real tool refuses interfaces that cannot be known. */
  readonly base: boolean;
}

export type Protocol = "tcp" | "udp" | "sctp" | "icmp" | "other" | undefined;

/** `! -s A`, `-i eth0` and so on: what every rule may ask of the header. */
export function headerWords(place: RulePlace): fc.Arbitrary<string> {
  const words = vocabularyOf(place.family);
  const address = (flag: string): fc.Arbitrary<string> =>
    fc.tuple(maybeNot, anyRange(words)).map(([not, range]) => `${not}${flag} ${range}`);
  const device = (flag: string): fc.Arbitrary<string> =>
    fc
      .tuple(maybeNot, fc.constantFrom("eth0", "pod0", "lo", "e+", "+", "eth", "eth0+"))
      .map(([not, name]) => `${not}${flag} ${name}`);
  const choices = [address("-s"), address("-d")];
  if (place.family === 4) choices.push(maybeNot.map((not) => `${not}-f`));
  const only = (hook: Hook): boolean => place.base && place.hooks.includes(hook);
  if (!only("OUTPUT") && !only("POSTROUTING")) choices.push(device("-i"));
  if (!only("PREROUTING") && !only("INPUT")) choices.push(device("-o"));
  return fc
    .subarray(
      choices.map((_, at) => at),
      { maxLength: 2 },
    )
    .chain((picked) => fc.tuple(...picked.map((at) => choices[at] ?? fc.constant(""))))
    .map((parts) => parts.join(" "));
}

/** `-p` and what may be asked of that protocol's header. */
export function protocolWords(family: Family, protocol: Protocol): fc.Arbitrary<string> {
  switch (protocol) {
    case undefined:
      return fc.constantFrom("", "", "! -p tcp", "! -p udp");
    case "other":
      return OTHER_PROTOCOLS;
    case "tcp":
      return extended("-p tcp", [
        ...portWords("tcp"),
        maybeNot.map((not) => `-m tcp ${not}--syn`),
        fc
          .tuple(
            maybeNot,
            fc.constantFrom(
              "SYN,ACK SYN",
              "FIN,SYN,RST,PSH,ACK,URG NONE",
              "ALL SYN",
              "RST RST",
              "SYN,FIN SYN,FIN",
            ),
          )
          .map(([not, flags]) => `-m tcp ${not}--tcp-flags ${flags}`),
        ...TCP_WORDS,
        ...MULTIPORT,
      ]);
    case "udp":
      return extended("-p udp", [...portWords("udp"), ...MULTIPORT]);
    case "sctp":
      return extended("-p sctp", [...portWords("sctp"), ...MULTIPORT]);
    case "icmp":
      return family === 4
        ? extended("-p icmp", [
            fc
              .tuple(maybeNot, fc.constantFrom("8", "8/1", "3", "3/1", "0", "13", "any"))
              .filter(([not, type]) => not === "" || type !== "any")
              .map(([not, type]) => `-m icmp ${not}--icmp-type ${type}`),
          ])
        : extended("-p ipv6-icmp", [
            fc
              .tuple(maybeNot, fc.constantFrom("128", "129", "1", "1/4"))
              .map(([not, type]) => `-m icmp6 ${not}--icmpv6-type ${type}`),
          ]);
  }
}

function extended(plain: string, more: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constant(plain),
    ...more.map((words) => words.map((text) => `${plain} ${text}`)),
  );
}

function portWords(name: string): readonly fc.Arbitrary<string>[] {
  return ["--dport", "--dport", "--dport", "--sport"].map((flag) =>
    fc.tuple(maybeNot, portRange).map(([not, ports]) => `-m ${name} ${not}${flag} ${ports}`),
  );
}

const MULTIPORT: readonly fc.Arbitrary<string>[] = [
  fc
    .tuple(
      maybeNot,
      fc.constantFrom("--dports", "--sports", "--ports"),
      fc.array(port, { minLength: 1, maxLength: 3 }),
    )
    .map(([not, flag, ports]) => `-m multiport ${not}${flag} ${[...ports, "8000:9000"].join(",")}`),
];

/** A `-m` match that asks nothing of the protocol. */
export function matchWords(place: RulePlace): fc.Arbitrary<string> {
  const { family, table, hooks } = place;
  const words = vocabularyOf(family);
  const all: fc.Arbitrary<string>[] = [
    addrtypeWords(family),
    CONNTRACK,
    fc
      .tuple(maybeNot, anyRange(words))
      .map(([not, range]) => `-m conntrack ${not}--ctorigdst ${range}`),
    fc
      .tuple(maybeNot, fc.constantFrom("0x1", "0x1/0x1", "0x4000/0x4000", "0x0/0xff", "0xff/0xf"))
      .map(([not, mark]) => `-m mark ${not}--mark ${mark}`),
    fc
      .tuple(maybeNot, fc.constantFrom("0x0", "0x1/0x1"))
      .map(([not, mark]) => `-m connmark ${not}--mark ${mark}`),
    fc
      .tuple(maybeNot, fc.constantFrom("0.5", "0.3333333333", "1", "0", "0.1"))
      .map(([not, chance]) => `-m statistic --mode random ${not}--probability ${chance}`),
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.nat({ max: 2 }))
      .filter(([every, packet]) => packet < every)
      .map(([every, packet]) => `-m statistic --mode nth --every ${every} --packet ${packet}`),
    RECENT,
    setMatch,
    fc
      .tuple(maybeNot, fc.constantFrom("36", "40:60", "48", "100:"))
      .map(([not, length]) => `-m length ${not}--length ${length}`),
    fc
      .tuple(maybeNot, fc.constantFrom("0x10", "0x10/0x3f", "0xb8"))
      .map(([not, tos]) => `-m tos ${not}--tos ${tos}`),
    fc
      .tuple(maybeNot, fc.constantFrom("0x2e", "0x00", "0x04"))
      .map(([not, dscp]) => `-m dscp ${not}--dscp ${dscp}`),
    fc
      .tuple(
        maybeNot,
        fc.constantFrom("--src-range", "--dst-range"),
        anyHost(words),
        anyHost(words),
      )
      .map(([not, flag, low, high]) => `-m iprange ${not}${flag} ${low}-${high}`),
    fc.constantFrom("-m limit --limit 5/sec", "-m limit --limit 1/hour --limit-burst 1"),
    maybeNot.map((not) => `-m comment --comment "some words" -m mark ${not}--mark 0x1`),
    fc.constantFrom("-m state --state NEW", "-m state --state INVALID,ESTABLISHED"),
  ];
  if (family === 4) {
    all.push(
      fc.constantFrom(
        "-m ttl --ttl-eq 64",
        "-m ttl --ttl-lt 3",
        "-m ttl --ttl-gt 63",
        "-m ttl ! --ttl-eq 64",
      ),
    );
  } else {
    all.push(fc.constantFrom("-m hl --hl-eq 64", "-m hl --hl-lt 3", "-m hl --hl-gt 63"));
  }
  if (hooks.every((hook) => hook === "OUTPUT" || hook === "POSTROUTING")) {
    all.push(
      fc.constantFrom(
        "-m owner --uid-owner 0",
        "-m owner ! --uid-owner 0",
        "-m owner --uid-owner 1-99",
        "-m owner --gid-owner 0",
      ),
    );
  }
  if (hooks.every((hook) => hook === "PREROUTING" || hook === "INPUT" || hook === "FORWARD")) {
    all.push(maybeNot.map((not) => `-m mac ${not}--mac-source 02:00:00:00:01:02`));
  }
  if ((table === "raw" || table === "mangle") && hooks.every((hook) => hook === "PREROUTING")) {
    all.push(fc.constantFrom("-m rpfilter", "-m rpfilter --invert", "-m rpfilter --loose"));
  }
  return fc.oneof(
    { weight: 3, arbitrary: fc.oneof(...all) },
    { weight: 1, arbitrary: rareMatchWords(place) },
  );
}

const addrtypeWords = (family: Family): fc.Arbitrary<string> =>
  fc
    .tuple(
      maybeNot,
      fc.constantFrom("--dst-type", "--src-type"),
      family === 4
        ? fc.constantFrom("LOCAL", "UNICAST", "BROADCAST", "MULTICAST", "LOCAL,BROADCAST")
        : fc.constantFrom("LOCAL", "UNICAST", "MULTICAST", "ANYCAST"),
    )
    .map(([not, flag, type]) => `-m addrtype ${not}${flag} ${type}`);

const CONNTRACK: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      maybeNot,
      fc.constantFrom(
        "NEW",
        "ESTABLISHED",
        "RELATED,ESTABLISHED",
        "INVALID",
        "UNTRACKED",
        "DNAT",
        "SNAT",
        "NEW,DNAT",
      ),
    )
    .map(([not, state]) => `-m conntrack ${not}--ctstate ${state}`),
  fc.constantFrom(
    "-m conntrack --ctstatus CONFIRMED",
    "-m conntrack --ctdir ORIGINAL",
    "-m conntrack --ctproto 17",
    "-m conntrack --ctorigdstport 80",
    "-m conntrack --ctreplsrcport 8080",
  ),
);

const RECENT: fc.Arbitrary<string> = fc
  .tuple(
    maybeNot,
    fc.constantFrom(
      "--set",
      "--rcheck",
      "--update",
      "--remove",
      "--rcheck --seconds 60",
      "--update --seconds 60 --hitcount 2",
    ),
    fc.constantFrom("one", "two"),
    fc.constantFrom("--rsource", "--rdest"),
  )
  .map(([not, verb, name, side]) => `-m recent --name ${name} ${not}${verb} ${side}`);
