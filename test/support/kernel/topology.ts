import type { Topology } from "./node.js";

/** The same with a group of devices and with realms of routes, for rules that ask for them. */
export function generatedTopology(): Topology {
  const setup = [
    ...NODE_TOPOLOGY.setup,
    "link set dev eth0 group 5",
    "route change 10.244.0.0/16 via 192.168.1.20 realm 7",
    "route add 203.0.113.0/24 via 192.168.1.1 realm 3",
  ];
  return { ...NODE_TOPOLOGY, setup };
}

/**
 * A node between its pods and the outside: `pod0` (10.244.0.1/24 and fd00:244::1/64) leads to its
 * pods, `eth0` (192.168.1.10/24 and fd00:1::10/64) to other nodes and clients, by 192.168.1.1 to
 * everything else.
 */
export const NODE_TOPOLOGY: Topology = {
  quiet: true,
  wires: [
    { end: "pod", device: "pod0" },
    { end: "outside", device: "eth0" },
  ],
  setup: [
    "addr add 10.244.0.1/24 dev pod0",
    "addr add 192.168.1.10/24 brd 192.168.1.255 dev eth0",
    "addr add fd00:244::1/64 dev pod0 nodad",
    "addr add fd00:1::10/64 dev eth0 nodad",
    "route add 10.244.0.0/16 via 192.168.1.20",
    "route add default via 192.168.1.1",
    "route add fd00:244::/48 via fd00:1::20",
    "route add ::/0 via fd00:1::1",
  ],
  sysctls: {
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
    "net.ipv4.conf.eth0.rp_filter": "0",
    "net.ipv4.conf.pod0.rp_filter": "0",
    "net.ipv6.conf.all.accept_dad": "0",
    "net.ipv6.conf.default.accept_dad": "0",
    "net.ipv6.conf.all.router_solicitations": "0",
    "net.ipv4.conf.all.send_redirects": "0",
    "net.ipv4.conf.pod0.send_redirects": "0",
    "net.ipv4.conf.eth0.send_redirects": "0",
    "net.ipv4.icmp_ratelimit": "0",
    "net.ipv4.icmp_ratemask": "0",
    "net.ipv6.icmp.ratelimit": "0",
  },
};
