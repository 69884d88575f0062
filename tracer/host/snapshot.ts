/** Names of a snapshot's parts; each holds what one command printed. */
export const SNAPSHOT_PARTS = [
  "host",
  "date",
  "ticks",
  "addresses",
  "routes4",
  "routes6",
  "rules4",
  "rules6",
  "sysctls",
  "sets",
  "connections4",
  "connections6",
  "recent",
  "legacy4",
  "legacy6",
  "nft4",
  "nft6",
  "save4",
  "save6",
] as const;
export type SnapshotPart = (typeof SNAPSHOT_PARTS)[number];

/** Shell text for each part: only what every node's shell and busybox understand, no single quotes. */
const COMMANDS: Readonly<Record<SnapshotPart, string>> = {
  host: "uname -n",
  date: "date +%s",
  ticks: 'grep -m 2 -E "^now|^jiffies" /proc/timer_list',
  addresses: "ip -d -j addr",
  routes4: "ip -4 -j route show table all",
  routes6: "ip -6 -j route show table all",
  rules4: "ip -4 -j rule",
  rules6: "ip -6 -j rule",
  sysctls: 'sysctl -a | grep "^net"',
  sets: "ipset save",
  connections4: "conntrack -L -f ipv4 || grep ^ipv4 /proc/net/nf_conntrack",
  connections6: "conntrack -L -f ipv6 || grep ^ipv6 /proc/net/nf_conntrack",
  recent: 'grep -H "" /proc/net/xt_recent/*',
  legacy4: "iptables-legacy-save -c",
  legacy6: "ip6tables-legacy-save -c",
  nft4: "iptables-nft-save -c",
  nft6: "ip6tables-nft-save -c",
  save4: "iptables-save -c",
  save6: "ip6tables-save -c",
};

/** First line of a snapshot; the number is the version of its layout. */
export const SNAPSHOT_TITLE = "=== chainwalk snapshot 1";

/**
 * One shell command that prints all that a walk asks of a node, its rules included, part by part.
 * It needs root, changes nothing, and goes through any shell: `ssh root@node "$(chainwalk
 * snapshot)" > node.snapshot`.
 */
export const SNAPSHOT_COMMAND =
  [
    `sh -c 'echo "${SNAPSHOT_TITLE}"`,
    ...SNAPSHOT_PARTS.map(
      (part) => `echo "=== part ${part}"; { ${COMMANDS[part]}; } 2>/dev/null; echo "=== end $?"`,
    ),
  ].join("; ") + "'";
