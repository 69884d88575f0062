import { packet, playAll, table, type Scene } from "../../support/kernel/scene.js";

const CLIENT = "192.168.1.20";
const POD = "10.244.0.5";
const NODE = "192.168.1.10";
const CLIENT_6 = "fd00:1::20";
const POD_6 = "fd00:244::5";
const NODE_6 = "fd00:1::10";

const FIRST = { fragment: { offset: 0, more: true } };
const LAST = { fragment: { offset: 16, more: false } };
const PIECES = { pieces: 24, payload: 60 };
const HOP = { header: 0, options: [{ type: 30, length: 4 }] };
const MIDDLE = { fragment: { offset: 8, more: true } };

/** Everything that a rule may ask of a fragment. */
const ASKED = [
  "FORWARD -f",
  "FORWARD ! -f",
  "FORWARD -p udp",
  "FORWARD ! -p udp",
  "FORWARD -p udp --dport 80",
  "FORWARD -p udp ! --dport 80",
  "FORWARD -p udp -m multiport --dports 80,81",
  "FORWARD -p udp -m multiport ! --dports 80,81",
  "FORWARD -m length --length 36",
  "FORWARD -m ttl --ttl-eq 63",
];

const SCENES: readonly Scene[] = [
  {
    name: "without tracking each is a packet of its own, and only the first has ports",
    rules: table("filter", ...ASKED, "INPUT -f", "INPUT -p udp --dport 80"),
    packets: [
      [packet("outside", CLIENT, POD, FIRST), "forwarded"],
      [packet("outside", CLIENT, POD, MIDDLE), "forwarded"],
      [packet("outside", CLIENT, POD, LAST), "forwarded"],
      [packet(undefined, NODE, POD, FIRST), "sent"],
      [packet(undefined, NODE, POD, LAST), "sent"],
    ],
  },
  {
    name: "a TCP fragment that could overwrite the flags is dropped where TCP is asked about",
    backends: ["legacy"],
    rules: table("filter", "FORWARD -p tcp --dport 81", "FORWARD -j ACCEPT"),
    packets: [
      [packet("outside", CLIENT, POD, { protocol: "tcp", ...FIRST }), "forwarded"],
      [packet("outside", CLIENT, POD, { protocol: "tcp", ...LAST }), "forwarded"],
      [packet("outside", CLIENT, POD, { protocol: "tcp", ...MIDDLE }), "vanished"],
    ],
  },
  ...(["legacy", "nft"] as const).map((backend): Scene => ({
    name: "a match that takes a fragment's payload for a TCP header drops what is too short for one",
    backends: [backend],
    rules: table(
      "mangle",
      "FORWARD -p tcp -m ecn --ecn-tcp-ece",
      "FORWARD -s 192.168.1.20 -p tcp -m tcpmss ! --mss 1000:1300",
    ),
    packets: [
      [
        packet("outside", CLIENT, POD, { protocol: "tcp", ...LAST }),
        backend === "nft" ? "dropped" : "vanished",
      ],
      [packet("outside", "192.168.1.21", POD, { protocol: "tcp", ...LAST }), "forwarded"],
    ],
  })),
  {
    name: "what is for the node itself waits before INPUT until all of it is there",
    rules:
      table("filter", "INPUT -f", "INPUT -p udp --dport 80") +
      table("raw", "PREROUTING -f", "PREROUTING -p udp"),
    packets: [
      [packet("outside", CLIENT, NODE, LAST), "vanished"],
      [packet(undefined, NODE, "127.0.0.1", LAST), "vanished"],
    ],
  },
  {
    name: "where connections are tracked they wait before raw",
    rules:
      table("raw", "PREROUTING -f", "PREROUTING -p udp") +
      table("filter", "FORWARD -m conntrack --ctstate NEW", ...ASKED),
    packets: [
      [packet("outside", CLIENT, POD, LAST), "vanished"],
      [packet(undefined, NODE, POD, LAST), "vanished"],
    ],
  },
  {
    name: "NOTRACK is too late for them",
    rules:
      table("raw", "PREROUTING -f", "PREROUTING -j NOTRACK") +
      table("filter", "FORWARD -m conntrack --ctstate UNTRACKED"),
    packets: [[packet("outside", CLIENT, POD, LAST), "vanished"]],
  },
  {
    name: "NOTRACK alone does not make the kernel put them together",
    rules: table("raw", "PREROUTING -j NOTRACK") + table("filter", "FORWARD -f"),
    packets: [
      [packet("outside", CLIENT, POD, FIRST), "forwarded"],
      [packet("outside", CLIENT, POD, LAST), "forwarded"],
    ],
  },
  {
    name: "IPv6 without tracking",
    family: 6,
    rules: table(
      "filter",
      "FORWARD -p udp",
      "FORWARD ! -p udp",
      "FORWARD -p udp --dport 80",
      "FORWARD -p udp ! --dport 80",
      "INPUT -p udp",
    ),
    packets: [
      [packet("outside", "fd00:1::20", "fd00:244::5", FIRST), "forwarded"],
      [packet("outside", "fd00:1::20", "fd00:244::5", LAST), "forwarded"],
    ],
  },
  {
    name: "IPv6 where connections are tracked",
    family: 6,
    rules:
      table("raw", "PREROUTING -p udp") + table("filter", "FORWARD -m conntrack --ctstate NEW"),
    packets: [[packet("outside", "fd00:1::20", "fd00:244::5", LAST), "vanished"]],
  },
  {
    name: "once the last has come, rules see one whole packet, and it leaves in fragments again",
    rules:
      table("raw", "PREROUTING -f", "PREROUTING -p udp --dport 80", "OUTPUT -p udp --dport 80") +
      table("nat", "PREROUTING -p udp -d 10.96.0.10 -j DNAT --to-destination 10.244.0.5:8080") +
      table(
        "filter",
        "FORWARD -m conntrack --ctstate NEW",
        "FORWARD -p tcp --dport 80 --syn",
        "FORWARD -p udp -m multiport --dports 8080",
        "INPUT -p udp --dport 80",
        ...ASKED.filter((words) => !words.includes("length")),
      ),
    packets: [
      [packet("outside", CLIENT, POD, PIECES), "forwarded"],
      [packet("outside", CLIENT, "10.96.0.10", PIECES), "forwarded"],
      [
        packet("pod", POD, CLIENT, { ...PIECES, sourcePort: 8080, destinationPort: 4000 }),
        "forwarded",
      ],
      [
        packet("outside", CLIENT, POD, { ...PIECES, protocol: "tcp", sourcePort: 4001 }),
        "forwarded",
      ],
      [packet("outside", CLIENT, NODE, PIECES), "delivered"],
      [packet(undefined, NODE, POD, PIECES), "sent"],
      [packet(undefined, NODE, "10.244.0.1", PIECES), "delivered"],
    ],
  },
  {
    name: "once the last has come, -m frag finds no fragment where connections are tracked",
    family: 6,
    rules:
      table("raw", "PREROUTING -m frag", "PREROUTING -p udp --dport 80", "OUTPUT -m frag") +
      table("nat", "PREROUTING -p udp -d fd00:96::10 -j DNAT --to-destination [fd00:244::5]:8080") +
      table(
        "filter",
        "FORWARD -m conntrack --ctstate NEW",
        "FORWARD -m frag",
        "FORWARD -p udp -m multiport --dports 8080",
        "INPUT -m frag",
        "INPUT -p udp --dport 80",
      ),
    packets: [
      [packet("outside", CLIENT_6, POD_6, PIECES), "forwarded"],
      [packet("outside", CLIENT_6, "fd00:96::10", PIECES), "forwarded"],
      [packet("outside", CLIENT_6, POD_6, { fragment: { offset: 0, more: false } }), "forwarded"],
      [packet("outside", CLIENT_6, NODE_6, PIECES), "delivered"],
      [packet(undefined, NODE_6, POD_6, PIECES), "sent"],
      [
        packet("outside", CLIENT_6, POD_6, { headers: [HOP], ...PIECES, sourcePort: 4009 }),
        "forwarded",
      ],
    ],
  },
];

playAll("a fragment goes as the kernel sends it:", SCENES);
