import * as fc from "fast-check";
import type { Hook } from "../../../engine/iptables/types.js";
import type { Protocol, RulePlace } from "./rule-matches.js";
import { maybeNot, portRange, vocabularyOf } from "./vocabulary.js";

/** `! ` now and then before the words' option, which stands where `_` is. */
function perhapsNot(...words: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(maybeNot, fc.constantFrom(...words)).map(([not, text]) => text.replace("_", not));
}

/** Matches that few rules have and that ask nothing of the protocol. */
export function rareMatchWords({ family, hooks }: RulePlace): fc.Arbitrary<string> {
  const within = (...allowed: readonly Hook[]) => hooks.every((hook) => allowed.includes(hook));
  const all: fc.Arbitrary<string>[] = [
    perhapsNot(...[0, 1, 2, 3].map((codepoint) => `-m ecn _--ecn-ip-ect ${codepoint}`)),
    CLUSTER,
    CONNBYTES,
    perhapsNot(
      "-m connlabel _--label 3",
      "-m connlabel _--label 3 --set",
      "-m connlabel _--label 5 --set",
      "-m connlabel _--label 127",
    ),
    perhapsNot("-m helper _--helper ftp"),
    perhapsNot("-m quota _--quota 100", "-m quota _--quota 10000", "-m quota _--quota 0"),
    perhapsNot("-m connlimit _--connlimit-above 0", "-m connlimit _--connlimit-upto 2"),
    fc.constantFrom(
      "-m hashlimit --hashlimit-upto 5000/sec --hashlimit-burst 500 --hashlimit-mode srcip,dstport --hashlimit-name many",
      "-m hashlimit --hashlimit-above 5000/sec --hashlimit-burst 500 --hashlimit-name more",
    ),
    fc.constantFrom(
      "-m time --datestart 2020-01-01",
      "-m time --datestop 2020-01-01",
      "-m time --timestart 00:00 --timestop 23:59:59 ! --weekdays Mon,Tue,Wed,Thu,Fri,Sat,Sun",
    ),
  ];
  if (within("PREROUTING", "INPUT", "FORWARD")) {
    all.push(perhapsNot("-m devgroup _--src-group 5", "-m devgroup _--src-group 0x1/0x3"));
    all.push(fc.constantFrom("-m policy --dir in --pol none", "-m policy --dir in --pol ipsec"));
  }
  if (within("FORWARD", "OUTPUT", "POSTROUTING")) {
    all.push(perhapsNot("-m devgroup _--dst-group 5", "-m devgroup _--dst-group 0"));
    all.push(fc.constantFrom("-m policy --dir out --pol none", "-m policy --dir out --pol ipsec"));
  }
  if (family === 4) {
    all.push(fc.constantFrom(...U32));
    if (within("INPUT", "FORWARD", "OUTPUT", "POSTROUTING")) {
      all.push(perhapsNot("-m realm _--realm 7/0xffff", "-m realm _--realm 0x30000/0xffff0000"));
    }
  } else {
    all.push(HEADERS);
    if (within("PREROUTING", "INPUT", "FORWARD")) all.push(fc.constant("-m eui64"));
  }
  return fc.oneof(...all);
}

const CLUSTER = fc
  .tuple(maybeNot, fc.constantFrom("--cluster-local-node 1", "--cluster-local-nodemask 0x3"))
  .map(
    ([not, nodes]) =>
      `-m cluster --cluster-total-nodes 3 ${not}${nodes} --cluster-hash-seed 0xbeef`,
  );

const CONNBYTES = fc
  .tuple(
    maybeNot,
    fc.constantFrom("1", "2:", ":60", "40:70", "2:2"),
    fc.constantFrom("packets", "bytes", "avgpkt"),
    fc.constantFrom("original", "reply", "both"),
  )
  .map(
    ([not, range, mode, dir]) =>
      `-m connbytes ${not}--connbytes ${range} --connbytes-mode ${mode} --connbytes-dir ${dir}`,
  );

/** Protocol, time to live, the lowest octet of the destination, both ports. */
const U32 = [
  '-m u32 --u32 "6&0xff=6"',
  '-m u32 --u32 "5&0xff=2:64"',
  '-m u32 --u32 "16&0xff=5,10"',
  '-m u32 --u32 "0>>22&0x3c@0&0xffff=80"',
  '-m u32 ! --u32 "6&0xff=17&&16>>24=10"',
] as const;

const HEADERS = fc.oneof(
  perhapsNot("-m hbh", "-m hbh _--hbh-len 8", "-m hbh --hbh-opts 30:4", "-m hbh --hbh-opts 31"),
  perhapsNot("-m dst", "-m dst _--dst-len 16", "-m dst --dst-opts 30", "-m dst --dst-opts 0"),
  perhapsNot("-m rt", "-m rt _--rt-type 253", "-m rt _--rt-segsleft 1:2", "-m rt _--rt-len 40"),
  perhapsNot(
    "-m ipv6header _--header protocol",
    "-m ipv6header _--header hop-by-hop --soft",
    "-m ipv6header _--header ipv6-opts,protocol",
    "-m ipv6header _--header ipv6-frag --soft",
  ),
  perhapsNot(
    "-m frag",
    "-m frag --fragfirst",
    "-m frag --fragmore",
    "-m frag --fraglast",
    "-m frag _--fragid 77",
  ),
  perhapsNot("-m ah _--ahspi 7"),
);

/** Of TCP's header: its options, and what congestion notification says. */
export const TCP_WORDS: readonly fc.Arbitrary<string>[] = [
  perhapsNot("-m tcp _--tcp-option 2", "-m tcp _--tcp-option 1"),
  perhapsNot("-m tcpmss _--mss 1000:1300", "-m tcpmss _--mss 1460"),
  perhapsNot("-m ecn _--ecn-tcp-ece", "-m ecn _--ecn-tcp-cwr"),
];

/** Of protocols that few packets have. */
export const OTHER_PROTOCOLS: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("-p dccp", "-p esp", "-p ipcomp"),
  fc.tuple(maybeNot, portRange).map(([not, ports]) => `-p dccp -m dccp ${not}--dport ${ports}`),
  perhapsNot("-p dccp -m dccp _--dccp-types REQUEST,DATA"),
  perhapsNot("-p esp -m esp _--espspi 7", "-p ipcomp -m ipcomp _--ipcompspi 7"),
);

/** Targets that few rules have. */
export function rareTargetWords(place: RulePlace, protocol: Protocol): readonly string[] {
  const { family, table, hooks } = place;
  const within = (...allowed: readonly Hook[]) => hooks.every((hook) => allowed.includes(hook));
  const words = ["-j AUDIT --type accept", "-j NFLOG --nflog-group 5", "-j NFQUEUE --queue-num 3"];
  words.push("-j NFQUEUE --queue-num 4 --queue-bypass");
  if (table === "mangle") {
    words.push("-j CONNSECMARK --save");
    if (family === 4) words.push("-j ECN --ecn-ip-ect 1");
    if (protocol === "tcp") {
      words.push("-j TCPOPTSTRIP --strip-options mss", "-j TCPOPTSTRIP --strip-options sack");
      if (family === 4) words.push("-j ECN --ecn-tcp-remove");
    }
    if (family === 6) words.push(...prefixWords(within));
    if (within("PREROUTING")) words.push(...proxyWords(protocol));
  }
  if (protocol === "tcp" && table === "filter" && within("INPUT", "FORWARD")) {
    words.push("-j SYNPROXY --mss 1460");
  }
  if (table === "nat") words.push(...mapWords(place));
  return words;
}

function prefixWords(within: (...allowed: readonly Hook[]) => boolean): readonly string[] {
  if (within("PREROUTING", "OUTPUT")) {
    return ["-j DNPT --src-pfx fd00:96::/48 --dst-pfx fd00:244::/48"];
  }
  return within("POSTROUTING") ? ["-j SNPT --src-pfx fd00:244::/64 --dst-pfx fd00:1::/64"] : [];
}

function proxyWords(protocol: Protocol): readonly string[] {
  if (protocol !== "tcp" && protocol !== "udp") return [];
  return ["-j TPROXY --on-port 9999 --tproxy-mark 0x1/0x1"];
}

function mapWords({ family, hooks }: RulePlace): readonly string[] {
  const [node = ""] = vocabularyOf(family).node;
  const prefix = family === 4 ? `${node}/30` : `${node}/126`;
  const side = hooks.every((hook) => hook === "PREROUTING" || hook === "OUTPUT")
    ? family === 4
      ? "10.244.0.0/28"
      : "fd00:244::/124"
    : prefix;
  return [`-j NETMAP --to ${side}`];
}
