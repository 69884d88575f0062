import { describe, it } from "node:test";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { packet, play, table, type Scene } from "../../support/kernel/scene.js";

const CLIENT = "192.168.1.20";
const POD = "10.244.0.5";
const NODE = "192.168.1.10";

const SETS = `
create ip hash:ip
add ip 192.168.1.20
create net hash:net
add net 10.0.0.0/8
add net 10.244.0.0/24 nomatch
add net 10.244.0.5/32
create ipport hash:ip,port
add ipport 10.244.0.5,udp:80
add ipport 10.244.0.5,tcp:443
add ipport 10.244.0.6,icmp:8/0
create netport hash:net,port
add netport 10.244.0.0/16,udp:80
add netport 10.244.0.6/32,udp:80 nomatch
create ipportip hash:ip,port,ip
add ipportip 192.168.1.20,udp:80,10.244.0.5
create ipportnet hash:ip,port,net
add ipportnet 192.168.1.20,udp:80,10.244.0.0/24
create netiface hash:net,iface
add netiface 192.168.1.0/24,eth0
create ports bitmap:port range 0-1024
add ports 80
add ports 443-445
create ips bitmap:ip range 192.168.1.0/24
add ips 192.168.1.20
create all list:set
add all ip
add all ipport
create masked hash:ip netmask 24
add masked 192.168.1.0
`;

/** Each set asked in the ways that it can be, negated too. */
const ASKED = [
  "ip src",
  "ip dst",
  "net src",
  "net dst",
  "ipport src,src",
  "ipport dst,dst",
  "ipport dst,src",
  "netport dst,dst",
  "netport src,src",
  "ipportip src,dst,dst",
  "ipportnet src,dst,dst",
  "netiface src,src",
  "ports dst",
  "ports src",
  "ips src",
  "all src",
  "all dst,dst",
  "all src,src",
  "masked src",
].flatMap((asked) => [
  `FORWARD -m set --match-set ${asked}`,
  `FORWARD -m set ! --match-set ${asked}`,
]);

const SCENES: readonly Scene[] = [
  {
    name: "every type, every direction, with its exceptions",
    sets: SETS,
    rules:
      table("mangle", "PREROUTING -p udp --dport 80 -j MARK --set-mark 0x23") +
      table("filter", ...ASKED, "FORWARD -m set --match-set net dst --return-nomatch"),
    packets: [
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, "10.244.0.6"), "forwarded"],
      [packet("outside", CLIENT, "10.244.0.7", { destinationPort: 444 }), "forwarded"],
      [packet("outside", "203.0.113.9", POD, { destinationPort: 443 }), "forwarded"],
      [packet("outside", CLIENT, POD, { protocol: "tcp", destinationPort: 443 }), "forwarded"],
      [packet("outside", "192.168.1.30", POD, { protocol: "icmp", icmpType: 8 }), "forwarded"],
      [packet("outside", CLIENT, "10.244.0.6", { protocol: "icmp", icmpType: 8 }), "forwarded"],
      [packet("outside", CLIENT, POD, { protocol: "sctp" }), "forwarded"],
      [packet("outside", CLIENT, POD, { protocol: 47 }), "forwarded"],
      [packet("pod", POD, CLIENT, { sourcePort: 80 }), "forwarded"],
      [packet("pod", "10.244.0.6", "10.9.9.9", { sourcePort: 443 }), "forwarded"],
    ],
  },
  {
    name: "IPv6",
    family: 6,
    sets: `
create ip hash:ip family inet6
add ip fd00:1::20
create net hash:net family inet6
add net fd00::/16
add net fd00:244::/64 nomatch
create ipport hash:ip,port family inet6
add ipport fd00:244::5,udp:80
add ipport fd00:244::6,icmpv6:128/0
create netport hash:net,port family inet6
add netport fd00:244::/64,udp:80
`,
    rules: table(
      "filter",
      ...["ip src", "ip dst", "net src", "net dst", "ipport dst,dst", "netport dst,dst"].flatMap(
        (asked) => [`FORWARD -m set --match-set ${asked}`, `FORWARD -m set ! --match-set ${asked}`],
      ),
    ),
    packets: [
      [packet("outside", "fd00:1::20", "fd00:244::5"), "forwarded"],
      [packet("outside", "2001:db8::9", "fd00:244::6"), "forwarded"],
      [
        packet("outside", "fd00:1::20", "fd00:244::6", { protocol: "icmpv6", icmpType: 128 }),
        "forwarded",
      ],
      [packet("pod", "fd00:244::5", "fd00:1::20"), "forwarded"],
    ],
  },
  {
    name: "what SET adds and takes away is there and gone for the next packet",
    sets: `
create seen hash:ip
create pairs hash:ip,port
create banned hash:ip timeout 600
add banned 203.0.113.9
create nets hash:net
add nets 10.244.0.0/24
create ports bitmap:port range 0-1024
`,
    rules: table(
      "filter",
      "FORWARD -m set --match-set banned src -j DROP",
      "FORWARD -m set --match-set seen src",
      "FORWARD -m set --match-set pairs dst,dst",
      "FORWARD -m set --match-set ports dst",
      "FORWARD -m set --match-set nets dst",
      "FORWARD -j SET --add-set seen src",
      "FORWARD -j SET --add-set pairs dst,dst",
      "FORWARD -p udp -j SET --add-set ports dst",
      "FORWARD -p udp --dport 99 -j SET --add-set banned src --timeout 100",
      "FORWARD -p udp --dport 98 -j SET --del-set seen src",
      "FORWARD -p udp --dport 97 -j SET --del-set nets dst",
      "FORWARD -p udp --dport 96 -j SET --add-set nets dst",
      "FORWARD -p udp --dport 95 -j SET --add-set seen src --exist",
    ),
    packets: [
      [packet("outside", "203.0.113.9", POD), "dropped"],
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, "10.244.0.6"), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 98 }), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 97 }), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 96 }), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 95 }), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 99 }), "forwarded"],
      [packet("outside", CLIENT, POD), "dropped"],
      ...[{ protocol: "icmp", icmpType: 8 } as const, { protocol: 47 } as const].flatMap((more) => [
        [packet("outside", "192.168.1.30", POD, more), "forwarded"] as const,
        [packet("outside", "192.168.1.31", POD, more), "forwarded"] as const,
      ]),
      [packet("outside", "192.168.1.31", POD, { protocol: "tcp" }), "forwarded"],
    ],
  },
  {
    name: "SET --map-set gives what the entry holds",
    sets: `
create marks hash:ip skbinfo
add marks 192.168.1.20 skbmark 0x10/0xff skbprio 1:10
add marks 192.168.1.30
create prio hash:ip skbinfo
add prio 192.168.1.20 skbmark 0xf00/0xffffffff
`,
    rules: table(
      "mangle",
      "PREROUTING -j MARK --set-mark 0x1203",
      "PREROUTING -p udp -j SET --map-set marks src --map-mark",
      "PREROUTING -p udp --dport 81 -j SET --map-set prio src --map-mark",
      "FORWARD -m mark --mark 0x10/0xff",
      "FORWARD -m mark --mark 0xf00",
      "FORWARD -j SET --map-set marks src --map-prio",
    ),
    packets: [
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("outside", CLIENT, POD, { destinationPort: 81 }), "forwarded"],
      [packet("outside", "192.168.1.30", POD), "forwarded"],
      [packet("outside", "192.168.1.40", POD), "forwarded"],
    ],
  },
  {
    name: "sets in OUTPUT and of interfaces on both sides",
    sets: `
create out hash:net,iface
add out 10.244.0.0/24,pod0
add out 192.168.1.0/24,eth0
`,
    rules: table(
      "filter",
      "OUTPUT -m set --match-set out dst,dst",
      "FORWARD -m set --match-set out dst,dst",
      "FORWARD -m set --match-set out src,src",
      "INPUT -m set --match-set out src,src",
    ),
    packets: [
      [packet(undefined, NODE, POD), "sent"],
      [packet("outside", CLIENT, POD), "forwarded"],
      [packet("pod", POD, "203.0.113.9"), "forwarded"],
      [packet("pod", POD, NODE), "delivered"],
    ],
  },
];

describe("an ipset is asked as in the kernel:", { skip: skipWithoutKernel() }, () => {
  for (const scene of SCENES) {
    for (const backend of scene.backends ?? (["legacy", "nft"] as const)) {
      it(`${scene.name} (${backend})`, () => play(scene, backend));
    }
  }
});
