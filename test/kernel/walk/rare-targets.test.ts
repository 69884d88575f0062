import { CLIENT, CLIENT_6, POD, POD_6, ofBoth } from "../../support/kernel/both-families.js";
import { packet, playAll, table, type Scene } from "../../support/kernel/scene.js";

const tcp = (flags: string, more: object = {}) => ({ protocol: "tcp" as const, flags, ...more });
const SYN = "-p tcp -m tcp --tcp-flags SYN,RST SYN";

playAll("a rare target does as in the kernel:", [
  {
    name: "ECN changes the codepoint and two flags of TCP",
    rules: table(
      "mangle",
      "PREROUTING -p tcp --dport 80 -j ECN --ecn-tcp-remove",
      "PREROUTING -p tcp --dport 81 -j ECN --ecn-tcp-cwr 1 --ecn-ip-ect 3",
      "PREROUTING -p udp -j ECN --ecn-ip-ect 1",
      "FORWARD -p tcp -m ecn --ecn-tcp-ece",
      "FORWARD -p tcp -m ecn --ecn-tcp-cwr",
      "FORWARD -m ecn --ecn-ip-ect 3",
      "FORWARD -m ecn --ecn-ip-ect 1",
    ),
    packets: [
      [packet("outside", CLIENT, POD, tcp("syn,ece,cwr", { tos: 2 })), "forwarded"],
      [packet("outside", CLIENT, POD, tcp("ack,ece", { destinationPort: 81 })), "forwarded"],
      [packet("outside", CLIENT, POD, { tos: 0xb8 }), "forwarded"],
    ],
  },
  ...ofBoth((_, client, pod) => ({
    name: "TCPOPTSTRIP leaves nothing in an option's place",
    rules: table(
      "mangle",
      "PREROUTING -p tcp --dport 80 -j TCPOPTSTRIP --strip-options mss,wscale",
      "PREROUTING -p tcp --dport 81 -j TCPOPTSTRIP --strip-options 3",
      "FORWARD -p tcp -m tcp --tcp-option 2",
      "FORWARD -p tcp -m tcp --tcp-option 1",
      "FORWARD -p tcp -m tcp ! --tcp-option 2",
      "FORWARD -p tcp -m tcpmss --mss 1000:1500",
      "FORWARD -p tcp -m tcpmss ! --mss 1000:1500",
    ),
    packets: [
      [packet("outside", client, pod, tcp("syn", { mss: 1460 })), "forwarded"],
      [packet("outside", client, pod, tcp("syn", { mss: 1460, destinationPort: 81 })), "forwarded"],
      [packet("outside", client, pod, tcp("syn")), "forwarded"],
      [packet("outside", client, pod), "forwarded"],
    ],
  })),
  ...ofBoth((_, client, pod) => ({
    name: "TCPMSS lowers the MSS, never raises it, and adds one where no data follows",
    rules: table(
      "mangle",
      `FORWARD ${SYN} -j TCPMSS --set-mss 1300`,
      "POSTROUTING -p tcp -m tcpmss --mss 1300",
      "POSTROUTING -p tcp -m tcpmss --mss 1000",
      "POSTROUTING -p tcp -m tcpmss --mss 536",
      "POSTROUTING -p tcp -m tcpmss --mss 1220",
      "POSTROUTING -p tcp -m tcpmss ! --mss 1300",
      "POSTROUTING -p tcp -m tcp --tcp-option 2",
      "POSTROUTING -m length --length 44",
      "POSTROUTING -m length --length 64",
    ),
    packets: [
      [packet("outside", client, pod, tcp("syn", { mss: 1460 })), "forwarded"],
      [packet("outside", client, pod, tcp("syn", { mss: 1000 })), "forwarded"],
      [packet("outside", client, pod, tcp("syn", { payload: 0 })), "forwarded"],
      [packet("outside", client, pod, tcp("syn")), "forwarded"],
      [packet("outside", client, pod, tcp("ack", { mss: 1460 })), "forwarded"],
    ],
  })),
  ...ofBoth((_, client, pod) => ({
    name: "SYNPROXY answers SYNs in the receiver's name and takes ACKs; the rest goes on",
    sysctls: { "net.netfilter.nf_conntrack_tcp_loose": "0" },
    rules:
      table("raw", "PREROUTING -p tcp --syn --dport 80 -j CT --notrack") +
      table(
        "filter",
        "FORWARD -p tcp --dport 80 -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY --mss 1460",
        "FORWARD -p tcp --dport 81 -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460",
        "FORWARD -p tcp",
        "OUTPUT -m conntrack --ctstate INVALID",
        "OUTPUT -m conntrack --ctstate UNTRACKED",
        "OUTPUT -m conntrack --ctstate ESTABLISHED",
        "OUTPUT -m conntrack --ctstate RELATED",
        "OUTPUT -p tcp --tcp-flags ALL SYN,ACK",
      ),
    packets: [
      [packet("outside", client, pod, tcp("syn")), "vanished"],
      [packet("outside", client, pod, tcp("ack")), "vanished"],
      [packet("outside", client, pod, tcp("rst")), "forwarded"],
      [packet("outside", client, pod, tcp("syn", { destinationPort: 81 })), "vanished"],
      [packet("outside", client, pod, tcp("syn", { destinationPort: 82 })), "forwarded"],
      [packet("outside", client, pod), "forwarded"],
    ],
  })),
  {
    name: "SNPT and DNPT translate prefixes and keep the checksum",
    family: 6,
    afterwards: ["route add fd00:5::/32 via fd00:1::20", "route add fd00:244:7::/48 dev pod0"],
    rules: table(
      "mangle",
      "PREROUTING -d fd00:60::/48 -j DNPT --src-pfx fd00:60::/48 --dst-pfx fd00:244:7::/48",
      "PREROUTING -d fd00:61:1:2::/64 -j DNPT --src-pfx fd00:61:1:2::/64 --dst-pfx fd00:244::/64",
      "PREROUTING -d fd00:62::/32 -j DNPT --src-pfx fd00:62::/32 --dst-pfx fd00:244:7:1::/64",
      "POSTROUTING -s fd00:244::/64 -o eth0 -j SNPT --src-pfx fd00:244::/64 --dst-pfx fd00:5:6:7::/64",
      "POSTROUTING -s fd00:1::/64 -j SNPT --src-pfx fd00:1::/64 --dst-pfx fd00:1::/64",
      "OUTPUT -d fd00:63::/48 -j DNPT --src-pfx fd00:63::/48 --dst-pfx fd00:5::/48",
      "INPUT -s fd00:5::/32 -j SNPT --src-pfx fd00:5::/48 --dst-pfx fd00:7::/48",
      "FORWARD -d fd00:244::/32",
    ),
    packets: [
      [packet("outside", CLIENT_6, "fd00:60::1:2:3"), "forwarded"],
      [packet("outside", CLIENT_6, "fd00:60::ffff:1:2:3:4"), "forwarded"],
      [packet("outside", CLIENT_6, "fd00:61:1:2:3:4:5:6"), "forwarded"],
      [packet("outside", CLIENT_6, "fd00:61:1:2:ffff:4:5:6"), "forwarded"],
      [packet("outside", CLIENT_6, "fd00:62:9:9:8:4:5:6"), "forwarded"],
      [packet("pod", POD_6, "fd00:5::9"), "forwarded"],
      [packet("pod", "fd00:244::ff2a:0:0:1", "fd00:5::9"), "forwarded"],
      [packet("outside", "fd00:1::20", POD_6), "forwarded"],
      [packet(undefined, "fd00:1::10", "fd00:63::9"), "sent"],
      [packet("outside", "fd00:5::8", "fd00:1::10"), "delivered"],
    ],
  },
  ...(["legacy", "nft"] as const).map((backend): Scene => ({
    name: "DNPT drops what has no word left to keep the checksum with, and tells the sender",
    family: 6,
    backends: [backend],
    rules: table(
      "mangle",
      "PREROUTING -d fd00:61:1:2::/64 -j DNPT --src-pfx fd00:61:1:2::/64 --dst-pfx fd00:244::/64",
    ),
    // The legacy trace tells no target's verdict.
    packets: [
      [
        packet("outside", CLIENT_6, "fd00:61:1:2:ffff:ffff:ffff:ffff"),
        backend === "nft" ? "dropped" : "vanished",
      ],
    ],
  })),
  ...ofBoth((_, client, pod) => ({
    name: "CONNSECMARK, IDLETIMER, AUDIT and CHECKSUM let it go on",
    rules: table(
      "mangle",
      "FORWARD -j CONNSECMARK --save",
      "FORWARD -j IDLETIMER --timeout 600 --label chainwalk",
      "FORWARD -j AUDIT --type accept",
      "FORWARD -p udp -j CHECKSUM --checksum-fill",
      "FORWARD -m conntrack --ctstate NEW",
    ),
    packets: [[packet("outside", client, pod), "forwarded"]],
  })),
] satisfies readonly Scene[]);
