import { describe, it } from "node:test";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { packet, play, table, type Scene } from "../../support/kernel/scene.js";

const NO_RULES = "*filter\nCOMMIT\n";
const CLIENT = "192.168.1.20";
const POD = "10.244.0.5";
const NODE = "192.168.1.10";

const SCENES: readonly Scene[] = [
  {
    name: "unreachable, prohibit, blackhole and throw routes end it, each with its own answer",
    setup: [
      "route add unreachable 10.50.0.0/16",
      "route add prohibit 10.51.0.0/16",
      "route add blackhole 10.52.0.0/16",
      "route add throw 10.53.0.0/16",
    ],
    rules: NO_RULES,
    packets: [
      [packet("pod", POD, "10.50.0.1"), "vanished"],
      [packet("pod", POD, "10.51.0.1"), "vanished"],
      [packet("pod", POD, "10.52.0.1"), "vanished"],
      [packet("pod", POD, "10.53.0.1"), "vanished"],
      [packet(undefined, NODE, "10.50.0.1"), "vanished"],
      [packet(undefined, NODE, "10.51.0.1"), "vanished"],
      [packet(undefined, NODE, "10.52.0.1"), "vanished"],
      [packet(undefined, NODE, "10.53.0.1"), "vanished"],
    ],
  },
  {
    name: "IPv6 unreachable, prohibit and blackhole routes too",
    family: 6,
    setup: [
      "route add unreachable fd00:50::/64",
      "route add prohibit fd00:51::/64",
      "route add blackhole fd00:52::/64",
      "route add throw fd00:53::/64",
    ],
    rules: NO_RULES,
    packets: [
      [packet("pod", "fd00:244::5", "fd00:50::1"), "vanished"],
      [packet("pod", "fd00:244::5", "fd00:51::1"), "vanished"],
      [packet("pod", "fd00:244::5", "fd00:52::1"), "vanished"],
      [packet("pod", "fd00:244::5", "fd00:53::1"), "vanished"],
      [packet(undefined, "fd00:1::10", "fd00:50::1"), "vanished"],
      [packet(undefined, "fd00:1::10", "fd00:51::1"), "vanished"],
      [packet(undefined, "fd00:1::10", "fd00:52::1"), "vanished"],
    ],
  },
  {
    name: "no default route: what no route covers is answered",
    setup: ["route del default"],
    rules: NO_RULES,
    packets: [
      [packet("pod", POD, "203.0.113.9"), "vanished"],
      [packet(undefined, NODE, "203.0.113.9"), "vanished"],
      [packet("pod", POD, CLIENT), "forwarded"],
    ],
  },
  {
    name: "several next hops: one of them is taken",
    setup: ["route add 10.60.0.0/16 nexthop via 192.168.1.1 nexthop via 10.244.0.9 dev pod0"],
    rules: table("filter", "FORWARD -o pod0", "FORWARD -o eth0"),
    packets: [
      [packet("pod", POD, "10.60.0.1"), "forwarded"],
      [packet("pod", "10.244.0.6", "10.60.0.2"), "forwarded"],
      [packet("outside", CLIENT, "10.60.7.3"), "forwarded"],
      [packet(undefined, NODE, "10.60.0.4"), "sent"],
    ],
  },
  {
    name: "a local route makes a whole prefix the node's own",
    setup: ["route add local 10.70.0.0/16 dev lo"],
    rules: table("filter", "INPUT -m addrtype --dst-type LOCAL", "OUTPUT -o lo"),
    packets: [
      [packet("outside", CLIENT, "10.70.1.2"), "delivered"],
      [packet(undefined, NODE, "10.70.1.3"), "delivered"],
    ],
  },
  {
    name: "nothing goes out by an interface that is down, nor to its address",
    setup: ["link add br9 type bridge", "addr add 10.80.0.1/24 dev br9"],
    rules: NO_RULES,
    packets: [
      [packet("outside", CLIENT, "10.80.0.7"), "forwarded"],
      [packet("outside", CLIENT, "10.80.0.1"), "delivered"],
      [packet(undefined, NODE, "10.80.0.7"), "sent"],
      [packet(undefined, NODE, "10.80.0.1"), "delivered"],
    ],
  },
  {
    name: "rp_filter strict refuses sources that would be answered by another way",
    sysctls: { "net.ipv4.conf.all.rp_filter": "1" },
    rules: table("mangle", "PREROUTING -m rpfilter", "PREROUTING -m rpfilter --invert"),
    packets: [
      [packet("outside", POD, "10.244.0.6"), "vanished"],
      [packet("outside", "203.0.113.9", POD), "forwarded"],
      [packet("pod", "203.0.113.9", CLIENT), "vanished"],
      [packet("pod", CLIENT, NODE), "vanished"],
      [packet("outside", CLIENT, "192.168.1.255"), "delivered"],
      [packet("pod", CLIENT, "255.255.255.255"), "vanished"],
      [packet("outside", NODE, POD), "vanished"],
    ],
  },
  {
    name: "rp_filter loose refuses only sources that nothing leads to",
    setup: ["route del default", "route add blackhole 10.52.0.0/16"],
    sysctls: { "net.ipv4.conf.all.rp_filter": "2" },
    rules: table("mangle", "PREROUTING -m rpfilter --loose"),
    packets: [
      [packet("outside", POD, "10.244.0.6"), "forwarded"],
      [packet("outside", "203.0.113.9", POD), "vanished"],
      [packet("outside", "10.52.0.1", POD), "vanished"],
      [packet("pod", CLIENT, NODE), "delivered"],
    ],
  },
  {
    name: "rp_filter of one interface",
    sysctls: { "net.ipv4.conf.pod0.rp_filter": "1" },
    rules: NO_RULES,
    packets: [
      [packet("pod", CLIENT, "192.168.1.30"), "vanished"],
      [packet("outside", POD, "10.244.0.6"), "forwarded"],
    ],
  },
  {
    name: "accept_local lets the node's own addresses in from outside",
    sysctls: { "net.ipv4.conf.eth0.accept_local": "1" },
    rules: NO_RULES,
    packets: [
      [packet("outside", NODE, POD), "forwarded"],
      [packet("outside", "10.244.0.1", NODE), "delivered"],
      [packet("pod", NODE, CLIENT), "vanished"],
    ],
  },
  {
    name: "rp_filter asks with the mark where src_valid_mark says so",
    setup: [
      "rule add fwmark 1 lookup 100 priority 100",
      "route add 203.0.113.0/24 dev pod0 table 100",
    ],
    sysctls: { "net.ipv4.conf.all.rp_filter": "1", "net.ipv4.conf.all.src_valid_mark": "1" },
    rules: table("mangle", "PREROUTING -p udp --dport 81 -j MARK --set-mark 1"),
    packets: [
      [packet("pod", "203.0.113.9", CLIENT), "vanished"],
      [packet("pod", "203.0.113.9", CLIENT, { destinationPort: 81 }), "forwarded"],
    ],
  },
  {
    name: "route_localnet lets 127.0.0.0/8 in and out",
    sysctls: { "net.ipv4.conf.all.route_localnet": "1" },
    rules: table(
      "nat",
      "PREROUTING -p udp --dport 81 -j DNAT --to-destination 127.0.0.1:80",
      "OUTPUT -p udp --dport 82 -j DNAT --to-destination 10.244.0.5:80",
      "POSTROUTING -p udp -s 127.0.0.0/8 -j MASQUERADE",
    ),
    packets: [
      [packet("outside", CLIENT, NODE, { destinationPort: 81 }), "delivered"],
      [packet("outside", "127.0.0.1", POD), "vanished"],
      [packet("outside", CLIENT, "127.0.0.1"), "delivered"],
      [packet(undefined, "127.0.0.1", "127.0.0.1", { destinationPort: 82 }), "sent"],
    ],
  },
  {
    name: "without route_localnet 127.0.0.0/8 stays inside",
    rules: table(
      "nat",
      "PREROUTING -p udp --dport 81 -j DNAT --to-destination 127.0.0.1:80",
      "OUTPUT -p udp --dport 82 -j DNAT --to-destination 10.244.0.5:80",
    ),
    packets: [
      [packet("outside", CLIENT, NODE, { destinationPort: 81 }), "vanished"],
      [packet("outside", "127.0.0.1", POD), "vanished"],
      [packet(undefined, "127.0.0.1", "127.0.0.1", { destinationPort: 82 }), "vanished"],
    ],
  },
  {
    name: "a node that does not forward",
    sysctls: { "net.ipv4.ip_forward": "0" },
    rules: NO_RULES,
    packets: [
      [packet("pod", POD, CLIENT), "vanished"],
      [packet("pod", POD, NODE), "delivered"],
      [packet("outside", CLIENT, "192.168.1.255"), "delivered"],
    ],
  },
  {
    name: "an interface that forwards by itself",
    sysctls: { "net.ipv4.ip_forward": "0", "net.ipv4.conf.pod0.forwarding": "1" },
    rules: NO_RULES,
    packets: [
      [packet("pod", POD, CLIENT), "forwarded"],
      [packet("outside", CLIENT, POD), "vanished"],
    ],
  },
  {
    name: "IPv6 on a node that does not forward",
    family: 6,
    sysctls: { "net.ipv6.conf.all.forwarding": "0" },
    rules: NO_RULES,
    packets: [
      [packet("pod", "fd00:244::5", "fd00:1::20"), "vanished"],
      [packet("pod", "fd00:244::5", "fd00:1::10"), "delivered"],
    ],
  },
  {
    name: "a mark chooses the table of routes, also anew in OUTPUT",
    setup: [
      "rule add fwmark 1 lookup 100 priority 100",
      "rule add fwmark 2 lookup 101 priority 101",
      "route add default via 10.244.0.9 dev pod0 table 100",
      "route add blackhole default table 101",
    ],
    rules:
      table(
        "mangle",
        "PREROUTING -p udp --dport 81 -j MARK --set-mark 1",
        "PREROUTING -p udp --dport 82 -j MARK --set-mark 2",
        "OUTPUT -p udp --dport 81 -j MARK --set-mark 1",
        "OUTPUT -p udp --dport 82 -j MARK --set-mark 2",
        "POSTROUTING -o pod0",
      ) +
      table(
        "filter",
        "OUTPUT -o pod0",
        "OUTPUT -o eth0",
        "OUTPUT -p udp --dport 83 -j MARK --set-mark 1",
      ),
    packets: [
      [packet("outside", CLIENT, "203.0.113.9", { destinationPort: 81 }), "forwarded"],
      [packet("outside", CLIENT, "203.0.113.9", { destinationPort: 82 }), "vanished"],
      [packet(undefined, NODE, "203.0.113.9", { destinationPort: 81 }), "sent"],
      [packet(undefined, NODE, "203.0.113.9", { destinationPort: 82 }), "vanished"],
      [packet(undefined, NODE, "203.0.113.9", { destinationPort: 83 }), "sent"],
    ],
  },
  {
    name: "rules by source, interface, port and user choose the table of routes",
    setup: [
      "rule add from 10.244.0.5 lookup 100 priority 100",
      "rule add iif pod0 ipproto udp dport 81 lookup 101 priority 101",
      "rule add uidrange 0-0 to 203.0.113.80 prohibit priority 102",
      "rule add not from 10.244.0.0/16 lookup 102 priority 103",
      "route add 203.0.113.0/24 via 192.168.1.99 table 100",
      "route add unreachable 203.0.113.77 table 102",
      "route add blackhole 203.0.113.0/24 table 101",
    ],
    rules: NO_RULES,
    packets: [
      [packet("pod", POD, "203.0.113.9"), "forwarded"],
      [packet("pod", "10.244.0.6", "203.0.113.9", { destinationPort: 81 }), "vanished"],
      [packet("pod", "10.244.0.6", "203.0.113.77"), "forwarded"],
      [packet("outside", CLIENT, "203.0.113.77"), "vanished"],
      [packet(undefined, NODE, "203.0.113.80"), "vanished"],
      [packet("pod", "10.244.0.6", "203.0.113.80"), "vanished"],
    ],
  },
  {
    name: "a time to live of 1 ends it before FORWARD, but not on the way in",
    rules: table("filter", "FORWARD -j ACCEPT", "INPUT -j ACCEPT"),
    packets: [
      [packet("pod", POD, CLIENT, { ttl: 1 }), "vanished"],
      [packet("pod", POD, NODE, { ttl: 1 }), "delivered"],
      [packet("pod", POD, CLIENT, { ttl: 2 }), "forwarded"],
    ],
  },
  {
    name: "what the node sends to itself goes by lo",
    rules:
      table("filter", "OUTPUT -o lo", "OUTPUT ! -o lo", "INPUT -i lo", "INPUT ! -i lo") +
      table("raw", "PREROUTING -i lo"),
    packets: [
      [packet(undefined, NODE, NODE), "delivered"],
      [packet(undefined, NODE, "10.244.0.1", { sourcePort: 4001 }), "delivered"],
      [packet(undefined, "127.0.0.1", "127.0.0.9", { sourcePort: 4002 }), "delivered"],
    ],
  },
  {
    name: "IPv6 from the node to itself and to its routers' anycast address",
    family: 6,
    rules: table("filter", "OUTPUT -o lo", "OUTPUT ! -o lo", "INPUT -i lo", "INPUT ! -i lo"),
    packets: [
      [packet(undefined, "fd00:1::10", "fd00:244::1"), "delivered"],
      [packet(undefined, "fd00:1::10", "fd00:1::", { sourcePort: 4001 }), "delivered"],
      [packet(undefined, "fd00:1::10", "fd00:244::", { sourcePort: 4002 }), "delivered"],
      [packet("outside", "fd00:1::20", "fd00:1::", { sourcePort: 4003 }), "delivered"],
    ],
  },
  {
    name: "what the node sends to many leaves by the interface of its source",
    rules: table(
      "filter",
      "OUTPUT -o eth0",
      "OUTPUT -o pod0",
      "OUTPUT -o lo",
      "OUTPUT -m addrtype --dst-type BROADCAST",
    ),
    packets: [
      [packet(undefined, NODE, "192.168.1.255"), "sent"],
      [packet(undefined, NODE, "255.255.255.255", { sourcePort: 4001 }), "sent"],
      [packet(undefined, "10.244.0.1", "255.255.255.255", { sourcePort: 4002 }), "sent"],
      [packet(undefined, "10.244.0.1", "224.0.0.7", { sourcePort: 4003 }), "sent"],
      [packet(undefined, NODE, "239.1.2.3", { sourcePort: 4004 }), "sent"],
      [packet(undefined, NODE, "0.0.0.0", { sourcePort: 4005 }), "delivered"],
    ],
  },
  {
    name: "IPv6 from the node to many",
    family: 6,
    rules: table("filter", "OUTPUT -o eth0", "OUTPUT -o pod0", "OUTPUT -o lo"),
    packets: [[packet(undefined, "fd00:1::10", "ff05::7"), "sent"]],
  },
  {
    name: "peers, secondary addresses and /31 links",
    setup: [
      "addr add 10.250.0.1 peer 10.250.0.9/32 dev eth0",
      "addr add 10.251.0.0/31 dev eth0",
      "addr add 192.168.1.11/24 dev eth0",
    ],
    rules: table("nat", "POSTROUTING -o eth0 -j MASQUERADE"),
    packets: [
      [packet("pod", POD, "10.250.0.9"), "forwarded"],
      [packet("pod", POD, "10.251.0.1"), "forwarded"],
      [packet("pod", POD, "10.251.0.0"), "delivered"],
      [packet("pod", POD, CLIENT), "forwarded"],
      [packet("pod", POD, "192.168.1.11"), "delivered"],
    ],
  },
];

describe("a packet is routed as the kernel routes it:", { skip: skipWithoutKernel() }, () => {
  for (const scene of SCENES) {
    for (const backend of scene.backends ?? (["legacy"] as const)) {
      it(`${scene.name} (${backend})`, () => play(scene, backend));
    }
  }
});
