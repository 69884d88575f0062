import type { TcpMatch } from "../../../engine/iptables/extensions/tcp.js";
import type { UdpMatch } from "../../../engine/iptables/extensions/udp.js";
import type { Match, Negatable, Rule } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import type { Difference, Example } from "./explain.js";
import type { Case } from "./lone-rules.js";

const BOTH = ["legacy", "nft"] as const;

/** All that the legacy backend says where the kernel refuses a table. */
const LEGACY_KERNEL = /^ip6?tables-restore: line \d+ failed$/;

/**
 * Rules that the real tools take otherwise than is said here, and why that is left so. Each reason
 * is met by just the rules that it names, and its examples are tried in every run: one that no
 * longer differs fails the test.
 */
export const RULE_DIFFERENCES: readonly Difference[] = [
  {
    kind: "refused-there",
    reason: "names of hosts are looked up when the rule is loaded",
    backends: BOTH,
    said: same(/: host\/network `[^']*' not found/),
    holds: (one) => isWarned(one, "host-name"),
    examples: [...filter("INPUT", "-s no.such.host"), ...filter("INPUT", "! -d 1e3 -p tcp")],
  },
  {
    kind: "refused-there",
    reason: "names of users and groups are looked up when the rule is loaded",
    backends: BOTH,
    said: same(/: owner: Bad value for "--[ug]id-owner" option: "/),
    holds: (one) => isWarned(one, "local-name"),
    examples: [
      ...filter("OUTPUT", "-m owner --uid-owner no-such-user"),
      ...filter("OUTPUT", "-m owner --gid-owner no-such-group"),
    ],
  },
  {
    kind: "spelled-otherwise",
    reason: "names of users and groups are saved as their numbers",
    backends: BOTH,
    alike: (line, one) =>
      isWarned(one, "local-name")
        ? line.replaceAll(/--([ug])id-owner (?:[a-z_]\S*|\d+)/gi, "--$1id-owner ID")
        : line,
    examples: filter("OUTPUT", "-m owner ! --uid-owner daemon --gid-owner 5 -j ACCEPT"),
  },
  {
    kind: "refused-there",
    reason: "a helper that the host does not have, or not for this protocol",
    backends: BOTH,
    said: { legacy: LEGACY_KERNEL, nft: /RULE_APPEND failed \(No such file or directory\)/ },
    holds: ({ here }) => here.rules.some(({ target }) => target?.name === "CT" && target.helper),
    examples: inTable("raw", "PREROUTING", "-p udp -m udp -j CT --helper ftp"),
  },
  {
    kind: "refused-there",
    reason: "a policy of timeouts that the host does not have",
    backends: BOTH,
    said: { legacy: LEGACY_KERNEL, nft: /RULE_APPEND failed \(No such file or directory\)/ },
    holds: ({ here }) => here.rules.some(({ target }) => target?.name === "CT" && target.timeout),
    examples: inTable("raw", "PREROUTING", "-p tcp -m tcp -j CT --timeout policy"),
  },
  {
    kind: "refused-there",
    reason: "a control group that the host does not have",
    backends: BOTH,
    said: { legacy: LEGACY_KERNEL, nft: /RULE_APPEND failed \(Invalid argument\)/ },
    holds: ({ here }) =>
      here.rules.some(({ matches }) => matches.some((one) => one.name === "cgroup" && one.path)),
    examples: filter("INPUT", "-m cgroup --path no-such-group"),
  },
  {
    kind: "refused-there",
    reason: "more credits of hashlimit than the kernel counts, which hangs on how it was built",
    backends: BOTH,
    said: {
      legacy: LEGACY_KERNEL,
      nft: /RULE_APPEND failed \(Numerical result out of range\)/,
    },
    holds: ({ here }) =>
      here.rules.some(({ matches }) => matches.some((one) => one.name === "hashlimit")),
    examples: filter(
      "INPUT",
      "-m hashlimit --hashlimit-above 1/day --hashlimit-burst 1000000 --hashlimit-name t",
    ),
  },
  {
    kind: "taken-there",
    reason: "nft takes -m tcp and -m udp after ! -p, where they ask for something",
    backends: ["nft"],
    holds: (fault, { here }) =>
      fault.code === "needs-protocol" && here.rules.every(excludesProtocolOfMatch),
    examples: [
      ...filter("INPUT", "! -p tcp -m tcp --dport 80"),
      ...filter("INPUT", "! -p udp --sport 5 -j DROP"),
    ],
  },
  {
    kind: "taken-there",
    reason: "a short form that is none only because of the options for IPv6",
    backends: BOTH,
    holds: ({ message }, { family }) =>
      family === 4 && message === "--ah may mean --ahspi or --ahlen or --ahres: write it out",
    made: (line) => line.replace(" --ah ", " --ahspi "),
    examples: inTable("filter", "INPUT", "-p ah -m ah --ah 5", [4]),
  },
  {
    kind: "taken-there",
    reason: "of shifted ports of SNAT, which nothing heeds, the kernel loses the shift",
    backends: BOTH,
    holds: ({ message }) => message === "SNAT: shifted ports are for --to-destination",
    made: (line) => line.replace(/(--to-source \S+:\d+-\d+)\/\d+/, "$1/0"),
    examples: inTable("nat", "POSTROUTING", "-p tcp -j SNAT --to-source 1.2.3.4:80-90/5", [4]),
  },
  {
    kind: "taken-there",
    reason: "of two zones the kernel makes one, whichever was given last",
    backends: BOTH,
    holds: ({ message }) => message === "CT: the options of zones exclude each other",
    made: (line) => line.replace(/--zone\S* \S+ --zone\S* (\S+)/, "--zone $1"),
    examples: inTable("raw", "PREROUTING", "-j CT --zone-reply 3 --zone-orig 4"),
  },
  {
    kind: "spelled-otherwise",
    reason: "all days of the month, which are as good as none",
    backends: BOTH,
    alike: (line) => line.replace(` --monthdays ${EVERY_DAY}`, ""),
    examples: filter("INPUT", "-m time ! --monthdays 0"),
  },
  {
    kind: "saved-otherwise",
    reason: "nft makes one of several -m tcp, and one of several -m udp",
    backends: ["nft"],
    made: (rule) => ({ ...rule, matches: merged(rule.matches) }),
    examples: [
      ...filter("INPUT", "-p tcp -m tcp --sport 1 -m mark --mark 1 -m tcp --dport 2"),
      ...filter("INPUT", "-p udp -m udp --sport 1 -m udp --sport 2"),
    ],
  },
  {
    kind: "saved-otherwise",
    reason: "nft leaves out ports that exclude every port and flags of which it looks at none",
    backends: ["nft"],
    made: (rule) => ({ ...rule, matches: rule.matches.flatMap(withoutNothings) }),
    examples: [
      ...filter("INPUT", "-p tcp -m tcp ! --dport 0:65535"),
      ...filter("INPUT", "-p udp -m udp ! --sport 0:65535 -j DROP"),
      ...filter("INPUT", "-p tcp -m tcp ! --tcp-flags NONE NONE"),
      ...filter("INPUT", "-p tcp -m tcp --tcp-flags NONE SYN"),
    ],
  },
  {
    kind: "saved-otherwise",
    reason: "nft gives ports above a limit back for excluded ports from 0",
    backends: ["nft"],
    made: (rule) => ({ ...rule, matches: rule.matches.map(withPortsAbove) }),
    examples: [
      ...filter("INPUT", "-p tcp -m tcp ! --dport 0:10"),
      ...filter("INPUT", "-p udp -m udp ! --sport 0:10 ! --dport 0:20"),
    ],
  },
  {
    kind: "saved-otherwise",
    reason: "nft drops an option that never did anything",
    backends: ["nft"],
    made: (rule) => {
      if (rule.target?.name !== "NFLOG") return rule;
      const { range: _, ...target } = rule.target;
      return { ...rule, target };
    },
    examples: filter("INPUT", "-j NFLOG --nflog-range 50"),
  },
  {
    kind: "saved-otherwise",
    reason: "the legacy backend keeps 63 bytes of a prefix of NFLOG, nft 127",
    backends: ["legacy"],
    made: (rule) =>
      rule.target?.name === "NFLOG" && rule.target.prefix !== undefined
        ? { ...rule, target: { ...rule.target, prefix: cut(rule.target.prefix, 63) } }
        : rule,
    examples: filter("INPUT", `-j NFLOG --nflog-prefix ${"x".repeat(64)}`),
  },
  {
    kind: "saved-otherwise",
    reason: "a save of the legacy backend says nothing of an excluded +",
    backends: ["legacy"],
    made: (rule) => ({
      ...rule,
      inInterface: exceptPlus(rule.inInterface),
      outInterface: exceptPlus(rule.outInterface),
    }),
    examples: [...filter("INPUT", "! -i +"), ...filter("OUTPUT", "! -o + -p tcp")],
  },
];

const EVERY_DAY = Array.from({ length: 31 }, (_, index) => index + 1).join(",");

function same(said: RegExp) {
  return { legacy: said, nft: said };
}

function filter(chain: string, rule: string): readonly Example[] {
  return inTable("filter", chain, rule);
}

function inTable(
  table: Example["table"],
  chain: string,
  rule: string,
  families: readonly Family[] = [4, 6],
): readonly Example[] {
  return [{ table, chain, rule, families }];
}

function isWarned({ here }: Case, wanted: string): boolean {
  return here.faults.some(({ code, severity }) => code === wanted && severity === "warning");
}

type Ports = TcpMatch | UdpMatch;

function hasPorts(match: Match): match is Ports {
  return match.name === "tcp" || match.name === "udp";
}

/** Whether there is a match of the protocol that the rule excludes, which asks for something. */
function excludesProtocolOfMatch({ protocol, matches }: Rule): boolean {
  const numbers = { tcp: 6, udp: 17 };
  return matches.some(
    (match) =>
      hasPorts(match) &&
      protocol?.not === true &&
      protocol.value === numbers[match.name] &&
      Object.keys(match).length > 1,
  );
}

/** Each `-m tcp` after the first adds to that what it asks for. */
function merged(matches: readonly Match[]): readonly Match[] {
  const kept: Match[] = [];
  for (const match of matches) {
    const at = hasPorts(match) ? kept.findIndex(({ name }) => name === match.name) : -1;
    const first = kept[at];
    if (first?.name === "tcp" && match.name === "tcp") kept[at] = { ...first, ...match };
    else if (first?.name === "udp" && match.name === "udp") kept[at] = { ...first, ...match };
    else kept.push(match);
  }
  return kept;
}

type PortRange = NonNullable<Ports["dport"]>;

function excludesAll(ports: PortRange | undefined): boolean {
  return ports?.not === true && ports.value.min === 0 && ports.value.max === 65_535;
}

/** A match of which nothing is left goes too. */
function withoutNothings(match: Match): readonly Match[] {
  if (!hasPorts(match)) return [match];
  const { sport, dport, ...rest } = match;
  const kept: Ports = {
    ...(rest.name === "tcp" ? withoutEmptyFlags(rest) : rest),
    ...(sport === undefined || excludesAll(sport) ? {} : { sport }),
    ...(dport === undefined || excludesAll(dport) ? {} : { dport }),
  };
  return Object.keys(kept).length === 1 && Object.keys(match).length > 1 ? [] : [kept];
}

function withoutEmptyFlags({ flags, ...match }: TcpMatch): TcpMatch {
  return flags === undefined || flags.value.mask.length === 0 ? match : { ...match, flags };
}

function withPortsAbove(match: Match): Match {
  if (!hasPorts(match)) return match;
  const [sport, dport] = [above(match.sport), above(match.dport)];
  return {
    ...match,
    ...(sport === undefined ? {} : { sport }),
    ...(dport === undefined ? {} : { dport }),
  };
}

function above(ports: PortRange | undefined): PortRange | undefined {
  if (ports?.not !== true || ports.value.min !== 0 || excludesAll(ports)) return ports;
  return { not: false, value: { min: ports.value.max + 1, max: 65_535 } };
}

function exceptPlus(asked: Negatable<string> | undefined): Negatable<string> | undefined {
  return asked?.not === true && asked.value === "+" ? undefined : asked;
}

function cut(text: string, bytes: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes));
}
