import { packet, playAll, table } from "../../support/kernel/scene.js";

const CLIENT = "192.168.1.20";
const POD = "10.244.0.5";
const SERVICE = "10.96.0.10";

const FORWARD_STATES = [
  "FORWARD -m conntrack --ctstate INVALID",
  "FORWARD -m conntrack --ctstate NEW",
  "FORWARD -m conntrack --ctstate ESTABLISHED",
  "FORWARD -m conntrack --ctstate RELATED",
  "FORWARD -m conntrack --ctstate UNTRACKED",
];

playAll("connections are followed as in the kernel:", [
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
]);
