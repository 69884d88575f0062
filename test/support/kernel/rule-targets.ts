import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import type { Protocol, RulePlace } from "./rule-matches.js";
import { rareTargetWords } from "./rare-words.js";
import { setTarget } from "./sets.js";
import { vocabularyOf } from "./vocabulary.js";

/** `-j ...` of a rule that jumps nowhere; empty for a rule that only counts. */
export function targetWords(place: RulePlace, protocol: Protocol): fc.Arbitrary<string> {
  const plain = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom("", "-j ACCEPT", "-j RETURN") },
    setTarget,
    fc.constantFrom(...rareTargetWords(place, protocol)),
  );
  const marks = fc.constantFrom(
    "-j MARK --set-xmark 0x1/0xffffffff",
    "-j MARK --set-mark 0x4000/0x4000",
    "-j MARK --or-mark 0x2",
    "-j MARK --xor-mark 0x4000",
    "-j MARK --and-mark 0xff",
    "-j CONNMARK --set-mark 0x1",
    "-j CONNMARK --save-mark",
    "-j CONNMARK --restore-mark",
    "-j LOG --log-prefix seen",
  );
  switch (place.table) {
    case "raw":
      return fc.oneof(
        plain,
        marks,
        fc.constantFrom("-j DROP", "-j CT --notrack", "-j NOTRACK", "-j CT --zone 5"),
      );
    case "mangle":
      return fc.oneof(plain, marks, fc.constant("-j DROP"), mangling(place.family));
    case "nat":
      return fc.oneof(plain, marks, { weight: 4, arbitrary: natTarget(place, protocol) });
    case "filter":
    case "security":
      return fc.oneof(plain, marks, fc.constantFrom("-j DROP"), reject(place.family, protocol));
  }
}

const mangling = (family: Family): fc.Arbitrary<string> =>
  fc.constantFrom(
    "-j TOS --set-tos 0x10/0x3f",
    "-j DSCP --set-dscp 0x2e",
    "-j CLASSIFY --set-class 1:10",
    family === 4 ? "-j TTL --ttl-inc 1" : "-j HL --hl-inc 1",
    family === 4 ? "-j TTL --ttl-set 7" : "-j HL --hl-set 7",
  );

function reject(family: Family, protocol: Protocol): fc.Arbitrary<string> {
  const kinds =
    family === 4
      ? ["icmp-port-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited"]
      : ["icmp6-port-unreachable", "icmp6-adm-prohibited"];
  const plain = fc.constantFrom(
    "-j REJECT",
    ...kinds.map((kind) => `-j REJECT --reject-with ${kind}`),
  );
  return protocol === "tcp"
    ? fc.oneof(plain, fc.constant("-j REJECT --reject-with tcp-reset"))
    : plain;
}

function natTarget({ family, hooks }: RulePlace, protocol: Protocol): fc.Arbitrary<string> {
  const words = vocabularyOf(family);
  const hasPorts = protocol === "tcp" || protocol === "udp" || protocol === "sctp";
  const before = hooks.every((hook) => hook === "PREROUTING" || hook === "OUTPUT");
  const withPort = (address: string, port: string): string =>
    !hasPorts || port === ""
      ? address
      : family === 4
        ? `${address}:${port}`
        : `[${address}]:${port}`;
  const [podA = "", podB = ""] = words.pods;
  if (before) {
    const addresses = [
      podA,
      podB,
      words.node[0] ?? "",
      words.loopback,
      words.outside[1] ?? "",
      `${podA}-${podB}`,
    ];
    const dnat = fc
      .tuple(
        fc.constantFrom(...addresses),
        fc.constantFrom("", "8080", "8080", "8000-8003"),
        fc.constantFrom("", "", "", " --random", " --persistent"),
      )
      .map(([address, port, more]) => `-j DNAT --to-destination ${withPort(address, port)}${more}`);
    const redirect = fc.constantFrom(
      "-j REDIRECT",
      ...(hasPorts ? ["-j REDIRECT --to-ports 8080"] : []),
    );
    return fc.oneof({ weight: 5, arbitrary: dnat }, redirect);
  }
  const source = fc
    .tuple(
      fc.constantFrom(words.node[0] ?? "", words.node[1] ?? "", words.outside[0] ?? ""),
      fc.constantFrom("", "", "2000-2003", "40000"),
    )
    .map(([address, port]) => `-j SNAT --to-source ${withPort(address, port)}`);
  if (hooks.includes("INPUT")) return source;
  return fc.oneof(
    source,
    fc.constantFrom(
      "-j MASQUERADE",
      "-j MASQUERADE",
      "-j MASQUERADE --random-fully",
      ...(hasPorts ? ["-j MASQUERADE --to-ports 5000-5010"] : []),
    ),
  );
}
