import type { TableName } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import type { Backend } from "./real-tools.js";

/** A dump that does not come back from the real tools as it is printed here, and why. */
export interface KnownDump {
  readonly file: string;
  readonly backends: readonly Backend[];
  readonly reason: string;
}

/** An entry that no longer differs fails the test, so that the list stays true. */
export const KNOWN_DUMPS: readonly KnownDump[] = [
  {
    file: "006-openshift-1.4-nat.rules",
    backends: ["nft"],
    reason: "passes --test only: it jumps to chains that no line declares",
  },
  {
    file: "025-istio-ambient-ztunnel-kind.rules",
    backends: ["nft"],
    reason: "passes --test only: it jumps to chains that no line declares",
  },
  {
    file: "027-zehonghuang-iptables-2024.rules",
    backends: ["legacy", "nft"],
    reason: "protocol name ipv4, which Debian's /etc/protocols does not have",
  },
  {
    file: "028-zehonghuang-ipvs-2024.rules",
    backends: ["legacy", "nft"],
    reason: "protocol name ipv4, which Debian's /etc/protocols does not have",
  },
  {
    file: "129-insights-rhel6.rules",
    backends: ["nft"],
    reason: "passes --test only: -g ACCEPT, which is no chain",
  },
];

/** A rule that the real tools take otherwise than is said here, and why that is left so. */
export interface KnownRule {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  /** What follows `-A CHAIN `. */
  readonly rule: string;
  readonly backends: readonly Backend[];
  readonly reason: string;
}

const TABLES: readonly TableName[] = ["raw", "mangle", "nat", "filter"];

const BOTH: readonly Backend[] = ["legacy", "nft"];
const LEGACY: readonly Backend[] = ["legacy"];
const NFT: readonly Backend[] = ["nft"];

const NO_MATCH = "the nft backend drops a match that a save says nothing of";
const LEGACY_KERNEL = "the legacy kernel refuses what the nft backend takes";
const STATE = "whether it loads depends on more of the kernel than the rules";

/** An entry that no longer differs fails the test, so that the list stays true. */
export const KNOWN_RULES: readonly KnownRule[] = [
  known("filter INPUT", "-p tcp -m tcp ! --dport 0:65535", NFT, NO_MATCH),
  known("filter INPUT", "-p tcp -m tcp ! --tcp-flags NONE NONE", NFT, NO_MATCH),
  known("filter INPUT", "-p tcp -m tcp --tcp-flags NONE SYN", NFT, NO_MATCH),
  known(
    "filter INPUT",
    "-p tcp -m tcp ! --dport 0:10",
    NFT,
    "the nft backend gives it back as --dport 11:65535",
  ),
  known(
    "filter INPUT",
    "-j NFLOG --nflog-range 50",
    NFT,
    "the nft backend drops the option, which never did anything",
  ),
  known(
    "filter INPUT",
    `-j NFLOG --nflog-prefix ${"x".repeat(64)}`,
    LEGACY,
    "the legacy backend keeps 63 bytes, nft 127",
  ),
  known("filter INPUT", "-m limit --limit 1/day", LEGACY, LEGACY_KERNEL),
  known("filter INPUT", "-m limit --limit 1/sec --limit-burst 0", LEGACY, LEGACY_KERNEL),
  known("filter INPUT", "-j TRACE", LEGACY, LEGACY_KERNEL),
  known("mangle FORWARD", "-p tcp -m tcp -j TCPMSS --set-mss 1360", LEGACY, LEGACY_KERNEL),
  known("filter INPUT", "-j QUEUE", NFT, "the nft backend no longer has it"),
  known("raw PREROUTING", "-p udp -m udp -j CT --helper ftp", BOTH, STATE),
  known("raw PREROUTING", "-p tcp -m tcp -j CT --timeout policy", BOTH, STATE),
  known(
    "filter INPUT",
    "-m hashlimit --hashlimit-above 1/day --hashlimit-burst 1000000 --hashlimit-name t",
    BOTH,
    "more credits than the kernel counts, which depends on how it was built",
  ),
  known(
    "filter INPUT",
    "-m statistic --mode random --probability 0x1p-2",
    BOTH,
    "numbers of C that nobody writes",
  ),
  known("filter INPUT", "-m time ! --monthdays 0", BOTH, "all days, which are as good as none"),
  known(
    "nat POSTROUTING",
    "-p tcp -j SNAT --to-source 1.2.3.4:80-90/5",
    BOTH,
    "the kernel loses the shift",
  ),
  known(
    "raw PREROUTING",
    "-j CT --zone-reply 3 --zone-orig 4",
    BOTH,
    "two zones, of which the kernel makes one",
  ),
  known(
    "filter INPUT",
    "-p tcp -m tcp --sport 1 -m mark --mark 1 -m tcp --dport 2",
    NFT,
    "the nft backend makes one of two -m tcp",
  ),
  known("filter INPUT", "! -i +", LEGACY, "a save of the legacy backend leaves it out"),
  known("filter INPUT", "! -s 0.0.0.0/0", NFT, "nft refuses what excludes every address"),
  known("filter INPUT", "! -p tcp -m tcp --dport 80", NFT, "the legacy kernel refuses it"),
  known("filter INPUT", "-m cgroup --path no-such-group", BOTH, STATE),
];

function known(
  place: string,
  rule: string,
  backends: readonly Backend[],
  reason: string,
): KnownRule {
  const [table = "", chain = ""] = place.split(" ");
  const found = TABLES.find((name) => name === table);
  if (found === undefined) throw new RangeError(`${table} is no table`);
  return { family: 4, table: found, chain, rule, backends, reason };
}

/** Extensions that a kernel may have been built without. */
export const MAY_LACK: ReadonlyMap<string, string> = new Map([
  ["ipvs", "no IP virtual server (CONFIG_IP_VS)"],
]);

/** Extensions that a backend does not have; one that loads nevertheless fails the test. */
export const NOT_IN_BACKEND: Readonly<Record<Backend, ReadonlyMap<string, string>>> = {
  legacy: new Map(),
  nft: new Map([["QUEUE", "the nft backend no longer has it"]]),
};
