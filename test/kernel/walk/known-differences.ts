import { packet, table, type Scene } from "../../support/kernel/scene.js";

/** A scene in which the kernel does what the walk does not say, and why that is so. */
export interface KnownDifference {
  readonly scene: Scene;
  readonly reason: string;
}

const NODE = "192.168.1.10";
const NODE_6 = "fd00:1::10";

/**
 * An entry that no longer differs fails the test, so that the list stays true. All have one cause: a
 * path is one packet's, and what the kernel makes beside it (a copy, a redirect, further fragments)
 * meets rules in between, in an order and at a rate that hang on queues and on the time.
 */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    reason:
      "a broadcast of the node comes back to it as a copy, which meets POSTROUTING, PREROUTING and " +
      "INPUT too; the walk follows the packet that leaves",
    scene: {
      name: "a broadcast that the node sends is seen twice in POSTROUTING",
      rules: table("mangle", "POSTROUTING -o eth0", "INPUT -i eth0"),
      packets: [[packet(undefined, NODE, "192.168.1.255"), "sent"]],
    },
  },
  {
    reason:
      "TEE sends a copy, which meets OUTPUT and POSTROUTING before the packet goes on; the walk " +
      "follows the packet",
    scene: {
      name: "TEE's copy meets OUTPUT",
      rules:
        table("mangle", "PREROUTING -j TEE --gateway 192.168.1.20") + table("filter", "OUTPUT"),
      packets: [[packet("outside", "203.0.113.9", "10.244.0.5"), "forwarded"]],
    },
  },
  {
    reason:
      "a packet that leaves by the interface that it came in by makes the node send an ICMP " +
      "redirect, at most a few of them; its turn at the counter comes first",
    scene: {
      name: "a redirect of the node takes a turn of an nth rule",
      sysctls: {
        "net.ipv4.conf.all.send_redirects": "1",
        "net.ipv4.conf.eth0.send_redirects": "1",
      },
      rules: table("mangle", "POSTROUTING -m statistic --mode nth --every 2 --packet 0"),
      packets: [[packet("outside", "192.168.1.20", "192.168.1.30"), "forwarded"]],
    },
  },
  {
    reason:
      "what the node sends to itself in IPv6 fragments comes back by lo in fragments again, each of " +
      "which meets PREROUTING; the walk follows the first",
    scene: {
      name: "every IPv6 fragment that the node sends to itself meets PREROUTING",
      family: 6,
      rules: table("mangle", "PREROUTING", "OUTPUT -m conntrack --ctstate NEW"),
      packets: [[packet(undefined, NODE_6, NODE_6, { pieces: 24, payload: 60 }), "delivered"]],
    },
  },
];
