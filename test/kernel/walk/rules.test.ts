import { describe, it } from "node:test";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { packet, play, table, type Scene } from "../../support/kernel/scene.js";

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

const SCENES: readonly Scene[] = [
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
    name: "NOTRACK leaves both directions without NAT and state",
    rules:
      table(
        "raw",
        "PREROUTING -p udp --dport 81 -j NOTRACK",
        "PREROUTING -p udp --sport 81 -j CT --notrack",
      ) +
      table(
        "nat",
        "PREROUTING -p udp -d 10.96.0.10 -j DNAT --to-destination 10.244.0.5",
        "POSTROUTING -j MASQUERADE",
      ) +
      table("filter", ...FORWARD_STATES),
    packets: [
      [packet("outside", CLIENT, POD, { destinationPort: 81 }), "forwarded"],
      [packet("pod", POD, CLIENT, { sourcePort: 81, destinationPort: 4000 }), "forwarded"],
      [packet("outside", CLIENT, SERVICE, { destinationPort: 81 }), "forwarded"],
      [packet("outside", CLIENT, SERVICE), "forwarded"],
    ],
  },
  {
    name: "a connection's mark comes back with its packets, in both directions",
    rules: table(
      "mangle",
      "PREROUTING -j CONNMARK --restore-mark",
      "PREROUTING -m mark --mark 0x7 -j ACCEPT",
      "PREROUTING -i eth0 -p udp --dport 80 -j MARK --set-mark 0x7",
      "PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff",
      "FORWARD -m mark --mark 0x7",
      "FORWARD -m connmark --mark 0x7/0xf",
    ),
    packets: [
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("pod", POD, CLIENT, { sourcePort: 80, destinationPort: 4000 }), "forwarded"],
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("pod", POD, CLIENT), "forwarded"],
    ],
  },
  {
    name: "logging rules let it go on",
    rules: table(
      "filter",
      "FORWARD -j LOG --log-prefix one",
      "FORWARD -j NFLOG --nflog-group 5 --nflog-prefix two",
      "FORWARD -m comment --comment three",
      "FORWARD -j AUDIT --type accept",
      "FORWARD -p udp -j DROP",
    ),
    packets: [[packet("outside", CLIENT, POD), "dropped"]],
  },
  {
    name: "a queue that nobody reads drops, unless it may be passed by",
    rules: table(
      "filter",
      "FORWARD -p udp --dport 81 -j NFQUEUE --queue-num 3 --queue-bypass",
      "FORWARD -p udp --dport 82 -j NFQUEUE --queue-num 3",
      "FORWARD -p udp --dport 81 -j DROP",
    ),
    packets: [
      [packet("outside", CLIENT, POD, { destinationPort: 81 }), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 82 }), "vanished"],
    ],
  },
  {
    name: "the security table comes after filter",
    rules:
      table(
        "security",
        "INPUT -p udp --dport 81 -j DROP",
        "FORWARD -p udp --dport 82 -j DROP",
        "OUTPUT -p udp --dport 83 -j DROP",
        "FORWARD -p udp --dport 84 -j ACCEPT",
      ) +
      table(
        "filter",
        "FORWARD -p udp --dport 82 -j ACCEPT",
        "FORWARD -p udp --dport 84 -j DROP",
        "INPUT -j ACCEPT",
        "OUTPUT -j ACCEPT",
      ),
    packets: [
      [packet("outside", CLIENT, NODE, { destinationPort: 81 }), "dropped"],
      [packet("outside", CLIENT, POD, { destinationPort: 82 }), "dropped"],
      [packet(undefined, NODE, POD, { destinationPort: 83 }), "dropped"],
      [packet("outside", CLIENT, POD, { destinationPort: 84 }), "dropped"],
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
    name: "no IPsec policy is there",
    rules: table(
      "filter",
      "FORWARD -m policy --dir in --pol none",
      "FORWARD -m policy --dir in --pol ipsec -j DROP",
      "FORWARD -m policy --dir out --pol none",
      "FORWARD -m policy --dir out --pol ipsec -j DROP",
    ),
    packets: [[packet("outside", CLIENT, POD), "forwarded"]],
  },
  {
    // What a security association transforms cannot be tried on a kernel without ESP, AH and IPComp
    // (`ip xfrm state add`: "Requested type not found").
    name: "an IPsec policy that only asks for a transformation leaves packets in the clear",
    afterwards: ["fwd", "out", "in"].map(
      (direction) =>
        `xfrm policy add src 192.168.1.0/24 dst 10.244.0.0/24 dir ${direction} ` +
        "tmpl proto esp mode transport level use",
    ),
    rules: table(
      "filter",
      "FORWARD -m policy --dir in --pol none",
      "FORWARD -m policy --dir in --pol ipsec -j DROP",
      "FORWARD -m policy --dir out --pol none",
      "FORWARD -m policy --dir out --pol ipsec --proto esp -j DROP",
    ),
    packets: [[packet("outside", CLIENT, POD), "forwarded"]],
  },
  {
    name: "ICMP errors belong to the connection that they quote",
    rules:
      table(
        "nat",
        "PREROUTING -p udp -d 10.96.0.10 -j DNAT --to-destination 10.244.0.5:8080",
        "POSTROUTING -o pod0 -j MASQUERADE",
      ) +
      table(
        "filter",
        ":FORWARD DROP",
        ...FORWARD_STATES,
        "FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "FORWARD -p udp -d 10.244.0.0/16 -j ACCEPT",
      ),
    packets: [
      [packet("outside", CLIENT, SERVICE), "forwarded"],
      [
        {
          from: "pod",
          packet: {
            protocol: "icmp",
            icmpType: 3,
            icmpCode: 3,
            source: POD,
            destination: "10.244.0.1",
            quoted: {
              protocol: "udp",
              source: "10.244.0.1",
              destination: POD,
              sourcePort: 4000,
              destinationPort: 8080,
            },
          },
        },
        "forwarded",
      ],
      [
        {
          from: "pod",
          packet: {
            protocol: "icmp",
            icmpType: 3,
            icmpCode: 3,
            source: POD,
            destination: CLIENT,
            quoted: {
              protocol: "udp",
              source: CLIENT,
              destination: POD,
              sourcePort: 4999,
              destinationPort: 8080,
            },
          },
        },
        "dropped",
      ],
      [
        {
          from: "outside",
          packet: {
            protocol: "icmp",
            icmpType: 11,
            icmpCode: 0,
            source: "192.168.1.1",
            destination: SERVICE,
            quoted: {
              protocol: "udp",
              source: SERVICE,
              destination: CLIENT,
              sourcePort: 80,
              destinationPort: 4000,
            },
          },
        },
        "forwarded",
      ],
    ],
  },
  {
    name: "TCP segments that open no connection are invalid",
    rules:
      table("nat", "PREROUTING -p tcp -d 10.96.0.10 -j DNAT --to-destination 10.244.0.5:8080") +
      table("filter", ...FORWARD_STATES),
    packets: [
      "syn,ack",
      "rst",
      "rst,ack",
      "fin",
      "fin,ack",
      "ack",
      "psh,ack",
      "none",
      "fin,syn",
      "syn,rst",
      "fin,psh,urg",
      "syn,psh,urg",
    ].map((flags, at) => [
      packet("outside", CLIENT, at % 2 === 0 ? POD : SERVICE, {
        protocol: "tcp",
        sourcePort: 4100 + at,
        flags,
      }),
      "forwarded",
    ]),
  },
  {
    name: "a TCP connection from its first segment to its reset",
    rules: table(
      "filter",
      ...FORWARD_STATES,
      "FORWARD -m conntrack --ctstatus ASSURED",
      "FORWARD -m conntrack --ctstatus SEEN_REPLY",
    ),
    packets: [
      [packet("outside", CLIENT, POD, { protocol: "tcp", flags: "syn" }), "forwarded"],
      [
        packet("pod", POD, CLIENT, {
          protocol: "tcp",
          sourcePort: 80,
          destinationPort: 4000,
          flags: "syn,ack",
          called: true,
        }),
        "forwarded",
      ],
      [packet("outside", CLIENT, POD, { protocol: "tcp", flags: "ack" }), "forwarded"],
      [
        packet("pod", POD, CLIENT, {
          protocol: "tcp",
          sourcePort: 80,
          destinationPort: 4000,
          flags: "ack",
          called: true,
        }),
        "forwarded",
      ],
      [packet("outside", CLIENT, POD, { protocol: "tcp", flags: "rst,ack" }), "forwarded"],
    ],
  },
  {
    name: "tcp_loose off leaves what comes from the middle invalid",
    sysctls: { "net.netfilter.nf_conntrack_tcp_loose": "0" },
    rules: table("filter", ...FORWARD_STATES),
    packets: [
      [packet("outside", CLIENT, POD, { protocol: "tcp", flags: "ack" }), "forwarded"],
      [
        packet("outside", CLIENT, POD, { protocol: "tcp", flags: "syn", sourcePort: 4001 }),
        "forwarded",
      ],
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
  {
    name: "REJECT answers, each kind with its own message",
    rules: table(
      "filter",
      ...[
        "icmp-net-unreachable",
        "icmp-host-unreachable",
        "icmp-proto-unreachable",
        "icmp-port-unreachable",
        "icmp-net-prohibited",
        "icmp-host-prohibited",
        "icmp-admin-prohibited",
      ].map((kind, at) => `FORWARD -p udp --dport ${100 + at} -j REJECT --reject-with ${kind}`),
      "FORWARD -p tcp -j REJECT --reject-with tcp-reset",
      "FORWARD -p sctp -j REJECT",
      "FORWARD -p icmp -j REJECT",
      "OUTPUT -m conntrack --ctstate RELATED",
    ),
    packets: [
      ...[100, 101, 102, 103, 104, 105, 106].map(
        (destinationPort) =>
          [packet("outside", CLIENT, POD, { destinationPort }), "rejected"] as const,
      ),
      ...["syn", "ack", "syn,ack", "rst", "fin,ack"].map(
        (flags, at) =>
          [
            packet("outside", CLIENT, POD, { protocol: "tcp", flags, sourcePort: 4200 + at }),
            "rejected",
          ] as const,
      ),
      [packet("outside", CLIENT, POD, { protocol: "sctp" }), "rejected"],
      [packet("outside", CLIENT, POD, { protocol: "icmp", icmpType: 8 }), "rejected"],
    ],
  },
  {
    name: "REJECT tells nobody about a packet whose checksum cannot be right",
    rules: table("filter", "FORWARD -j REJECT", "OUTPUT -p icmp"),
    packets: [4, 41, 47, 50, 51, 108, 115].map((protocol) => [
      packet("outside", CLIENT, POD, { protocol }),
      "rejected",
    ]),
  },
  {
    name: "REJECT after DNAT answers in the Service's name, and OUTPUT may drop that",
    rules:
      table(
        "nat",
        "PREROUTING -d 10.96.0.10 -p udp -j DNAT --to-destination 10.244.0.5:8080",
        "PREROUTING -d 10.96.0.11 -p udp -j DNAT --to-destination 10.244.0.6:8080",
        "PREROUTING -d 10.96.0.10 -p tcp -j DNAT --to-destination 10.244.0.5:8080",
      ) +
      table(
        "filter",
        "FORWARD -p tcp -j REJECT --reject-with tcp-reset",
        "FORWARD -j REJECT",
        "OUTPUT -m conntrack --ctstate RELATED --ctorigdst 10.96.0.11 -j DROP",
        "OUTPUT -m conntrack --ctstate RELATED",
      ),
    packets: [
      [packet("outside", CLIENT, SERVICE), "rejected"],
      [packet("outside", CLIENT, "10.96.0.11"), "rejected"],
      [packet("outside", CLIENT, SERVICE, { protocol: "tcp", flags: "syn" }), "rejected"],
    ],
  },
  {
    name: "recent lists: set, check, update, remove, hits and marks of time",
    rules: table(
      "filter",
      "FORWARD -m recent --name seen --rcheck --seconds 60 --hitcount 3 -j DROP",
      "FORWARD -m recent --name seen --set",
      "FORWARD -p udp --dport 90 -m recent --name seen --remove",
      "FORWARD -m recent --name to --update --rdest --seconds 60",
      "FORWARD -m recent --name to --set --rdest",
      "FORWARD -m recent --name ttl --rcheck --rttl -j ACCEPT",
      "FORWARD -m recent --name ttl --set",
    ),
    packets: [
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, POD, { ttl: 9 }), "forwarded"],
      [packet("outside", CLIENT, POD), "dropped"],
      [packet("outside", "203.0.113.9", POD, { destinationPort: 90 }), "forwarded"],
      [packet("outside", "203.0.113.9", POD), "forwarded"],
    ],
  },
  {
    name: "connlimit counts the connections that came by its rule",
    pause: 30,
    rules: table(
      "filter",
      "FORWARD -p udp --dport 80 -m connlimit --connlimit-above 2 --connlimit-mask 32 -j DROP",
      "FORWARD -p udp --dport 81 -m connlimit --connlimit-upto 1 --connlimit-mask 24 -j ACCEPT",
    ),
    packets: [
      [packet("outside", CLIENT, POD, { destinationPort: 99, sourcePort: 3999 }), "forwarded"],
      [packet("outside", CLIENT, POD, { sourcePort: 4000 }), "forwarded"],
      [packet("outside", CLIENT, POD, { sourcePort: 4001 }), "forwarded"],
      [packet("outside", CLIENT, POD, { sourcePort: 4001 }), "forwarded"],
      [packet("outside", CLIENT, POD, { sourcePort: 4002 }), "dropped"],
      [packet("outside", "192.168.1.21", POD, { sourcePort: 4002 }), "forwarded"],
      [packet("outside", CLIENT, POD, { sourcePort: 4003, destinationPort: 81 }), "forwarded"],
      [
        packet("outside", "192.168.1.22", POD, { sourcePort: 4003, destinationPort: 81 }),
        "forwarded",
      ],
    ],
  },
  {
    name: "limits and quotas run out",
    rules: table(
      "filter",
      "FORWARD -p udp --dport 80 -m limit --limit 1/hour --limit-burst 2 -j ACCEPT",
      "FORWARD -p udp --dport 81 -m hashlimit --hashlimit-upto 1/hour --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name h -j ACCEPT",
      "FORWARD -j DROP",
    ),
    packets: [
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, POD), "dropped"],
      [packet("outside", CLIENT, POD, { destinationPort: 81 }), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 81 }), "dropped"],
      [packet("outside", "192.168.1.21", POD, { destinationPort: 81 }), "forwarded"],
    ],
  },
];

describe("a packet meets rules as in the kernel:", { skip: skipWithoutKernel() }, () => {
  for (const scene of SCENES) {
    for (const backend of scene.backends ?? (["legacy", "nft"] as const)) {
      it(`${scene.name} (${backend})`, () => play(scene, backend));
    }
  }
});
