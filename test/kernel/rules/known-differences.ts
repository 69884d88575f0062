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

/** Extensions that a kernel may have been built without. */
export const MAY_LACK: ReadonlyMap<string, string> = new Map([
  ["ipvs", "no IP virtual server (CONFIG_IP_VS)"],
]);

/** Extensions that a backend does not have; one that loads nevertheless fails the test. */
export const NOT_IN_BACKEND: Readonly<Record<Backend, ReadonlyMap<string, string>>> = {
  legacy: new Map(),
  nft: new Map([["QUEUE", "the nft backend no longer has it"]]),
};
