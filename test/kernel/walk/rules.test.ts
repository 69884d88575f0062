import { packet, playAll, table } from "../../support/kernel/scene.js";

const CLIENT = "192.168.1.20";
const POD = "10.244.0.5";
const NODE = "192.168.1.10";
const SERVICE = "10.96.0.10";

playAll("a packet meets rules as in the kernel:", [
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
]);
