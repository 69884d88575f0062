import { packet, playAll, table } from "../../support/kernel/scene.js";

const CLIENT = "192.168.1.20";
const POD = "10.244.0.5";
const NODE = "192.168.1.10";
const SERVICE = "10.96.0.10";

const FORWARD_STATES = [
  "FORWARD -m conntrack --ctstate INVALID",
  "FORWARD -m conntrack --ctstate NEW",
  "FORWARD -m conntrack --ctstate ESTABLISHED",
  "FORWARD -m conntrack --ctstate RELATED",
  "FORWARD -m conntrack --ctstate UNTRACKED",
];

playAll("addresses are translated as in the kernel:", [
  {
    name: "the address that a DNAT range gives depends on the zone",
    rules:
      table(
        "raw",
        "PREROUTING -p udp --dport 81 -j CT --zone 5",
        "PREROUTING -p udp --dport 82 -j CT --zone-orig 77",
        "PREROUTING -p udp --dport 83 -j CT --zone-reply 9",
      ) +
      table(
        "nat",
        "PREROUTING -p udp --sport 5000 -j DNAT --to-destination 10.244.0.5-10.244.0.60 --persistent",
        "PREROUTING -p udp -j DNAT --to-destination 10.244.0.5-10.244.0.60",
      ),
    packets: [80, 81, 82, 83].flatMap((destinationPort) =>
      [4000, 5000].map(
        (sourcePort) =>
          [
            packet("outside", CLIENT, SERVICE, { sourcePort, destinationPort }),
            "forwarded",
          ] as const,
      ),
    ),
  },
  {
    name: "the address that an IPv6 DNAT range gives depends on the zone",
    family: 6,
    rules:
      table("raw", "PREROUTING -p udp --dport 81 -j CT --zone 5") +
      table("nat", "PREROUTING -p udp -j DNAT --to-destination fd00:244::5-fd00:244::60"),
    packets: [80, 81].map((destinationPort) => [
      packet("outside", "fd00:1::20", "fd00:96::10", { destinationPort }),
      "forwarded",
    ]),
  },
  {
    name: "SNAT keeps the port that a source was given before",
    rules: table("nat", "POSTROUTING -o eth0 -p udp -j SNAT --to-source 192.168.1.10:2000-2003"),
    packets: [
      [packet("pod", POD, CLIENT), "forwarded"],
      [packet("pod", POD, "203.0.113.9"), "forwarded"],
      [packet("pod", POD, "203.0.113.10"), "forwarded"],
      [packet("pod", "10.244.0.6", "203.0.113.9"), "forwarded"],
    ],
  },
  {
    name: "SNAT to several addresses keeps the one that a source was given before",
    rules: table(
      "nat",
      "POSTROUTING -o eth0 -p udp -j SNAT --to-source 192.168.1.100-192.168.1.120",
    ),
    packets: [
      [packet("pod", POD, CLIENT), "forwarded"],
      [packet("pod", POD, "203.0.113.9"), "forwarded"],
      [packet("pod", POD, "203.0.113.9", { sourcePort: 4001 }), "forwarded"],
    ],
  },
  {
    name: "a nat policy of DROP ends first packets that no rule took",
    rules:
      table(
        "nat",
        ":PREROUTING DROP",
        "PREROUTING -p udp --dport 80 -j DNAT --to-destination 10.244.0.5:8080",
        "PREROUTING -p udp --dport 81 -j ACCEPT",
      ) + table("filter", ...FORWARD_STATES),
    packets: [
      [packet("outside", CLIENT, SERVICE), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 81 }), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 82 }), "dropped"],
      [packet("pod", POD, CLIENT, { sourcePort: 8080, destinationPort: 4000 }), "forwarded"],
    ],
  },
  {
    name: "SNAT in INPUT changes who the node hears from",
    rules: table(
      "nat",
      "INPUT -p udp --dport 80 -j SNAT --to-source 192.168.1.77",
      "PREROUTING -p udp --dport 81 -j REDIRECT --to-ports 80",
    ),
    packets: [
      [packet("outside", CLIENT, NODE, { destinationPort: 81 }), "delivered"],
      [packet("outside", CLIENT, NODE), "delivered"],
    ],
  },
  {
    name: "REDIRECT in OUTPUT leads to the node's own lo",
    rules:
      table(
        "nat",
        "OUTPUT -p udp --dport 80 -j REDIRECT --to-ports 8080",
        "OUTPUT -p udp --dport 81 -j REDIRECT",
      ) + table("filter", "OUTPUT -o lo", "OUTPUT -o eth0", "INPUT -i lo"),
    packets: [
      [packet(undefined, NODE, CLIENT), "delivered"],
      [packet(undefined, NODE, POD, { destinationPort: 81 }), "delivered"],
    ],
  },
  {
    name: "NETMAP maps a network onto another, both ways",
    rules: table(
      "nat",
      "PREROUTING -d 10.97.0.0/24 -j NETMAP --to 10.244.0.0/24",
      "POSTROUTING -s 10.244.0.0/24 -o eth0 -j NETMAP --to 10.98.0.0/24",
    ),
    packets: [
      [packet("outside", CLIENT, "10.97.0.5"), "forwarded"],
      [packet("pod", POD, CLIENT, { sourcePort: 80, destinationPort: 4000 }), "forwarded"],
      [packet("pod", "10.244.0.6", CLIENT), "forwarded"],
    ],
  },
  {
    name: "a queue that nobody listens on leaves nat's question open for the next packet",
    rules:
      table(
        "nat",
        "PREROUTING -p udp --sport 4000 -m ttl --ttl-eq 9 -j DNAT --to-destination 10.244.0.6",
        "PREROUTING -p udp --sport 4000 -j NFQUEUE --queue-num 4 --queue-bypass",
        "PREROUTING -p udp -d 10.96.0.10 -j DNAT --to-destination 10.244.0.5",
      ) +
      table("mangle", "PREROUTING -p udp -j NFQUEUE --queue-num 5 --queue-bypass", "PREROUTING"),
    packets: [
      [packet("outside", CLIENT, SERVICE), "forwarded"],
      [packet("outside", CLIENT, SERVICE), "forwarded"],
      // A connection that is in the table gets no other address any more.
      [packet("outside", CLIENT, SERVICE, { ttl: 9 }), "forwarded"],
      [packet("outside", CLIENT, SERVICE, { sourcePort: 4001 }), "forwarded"],
      [packet("outside", CLIENT, SERVICE, { sourcePort: 4001 }), "forwarded"],
    ],
  },
  {
    name: "other protocols are translated by address alone",
    rules:
      table(
        "nat",
        "PREROUTING -d 10.96.0.10 -j DNAT --to-destination 10.244.0.5",
        "POSTROUTING -o pod0 -j MASQUERADE",
      ) +
      table("filter", ...FORWARD_STATES, "FORWARD -p gre", "FORWARD -p udplite", "FORWARD -p 132"),
    packets: [
      [packet("outside", CLIENT, SERVICE, { protocol: 47 }), "forwarded"],
      [packet("outside", CLIENT, SERVICE, { protocol: 4 }), "forwarded"],
      [packet("outside", CLIENT, SERVICE, { protocol: 50 }), "forwarded"],
      [packet("outside", CLIENT, SERVICE, { protocol: "sctp" }), "forwarded"],
      [
        packet("pod", POD, "10.244.0.1", {
          protocol: "sctp",
          sourcePort: 80,
          destinationPort: 4000,
        }),
        "forwarded",
      ],
    ],
  },
]);
