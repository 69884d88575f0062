import { packet, playAll, table, type Scene } from "../../support/kernel/scene.js";
import type { WireHeader } from "../../support/kernel/wire-headers.js";

const CLIENT = "fd00:1::20";
const POD = "fd00:244::5";
const NODE = "fd00:1::10";
/** The lower half is the MAC address 02:00:00:00:02:02 of the outer wire's far end. */
const BY_MAC = "fd00:1::ff:fe00:202";

const HOP: WireHeader = { header: 0, options: [{ type: 30, length: 4 }] };
const DESTINATION: WireHeader = {
  header: 60,
  options: [
    { type: 30, length: 2 },
    { type: 0, length: 0 },
    { type: 31, length: 8 },
  ],
};
const ROUTING: WireHeader = {
  header: 43,
  routing: { type: 4, segmentsLeft: 0, addresses: ["fd00:9::1", "fd00:9::2"] },
};
const SOURCE_ROUTE: WireHeader = {
  header: 43,
  routing: { type: 0, segmentsLeft: 1, addresses: ["fd00:9::1", "fd00:9::2"] },
};
const UNKNOWN_ROUTE: WireHeader = {
  header: 43,
  routing: { type: 253, segmentsLeft: 0, addresses: [] },
};
const AUTHENTICATION: WireHeader = { header: 51, spi: 7 };

const by = (headers: readonly WireHeader[], more: object = {}) =>
  [packet("outside", CLIENT, POD, { headers, ...more }), "forwarded"] as const;

const EVERY = [[HOP], [DESTINATION], [ROUTING], [SOURCE_ROUTE], [HOP, ROUTING, DESTINATION]].map(
  (headers) => by(headers),
);

/** Each with every packet of `EVERY`, one without any header, and a fragment. */
const PACKETS: Scene["packets"] = [
  ...EVERY,
  by([AUTHENTICATION]),
  [packet("outside", CLIENT, POD), "forwarded"],
  [packet("outside", CLIENT, POD, { protocol: 59 }), "forwarded"],
  [packet("outside", CLIENT, POD, { protocol: 50, spi: 9 }), "forwarded"],
];

playAll("an IPv6 header answers as in the kernel:", [
  {
    name: "hbh and dst ask for the length and the first options",
    family: 6,
    rules: table(
      "mangle",
      "FORWARD -m hbh",
      "FORWARD -m hbh --hbh-len 8",
      "FORWARD -m hbh ! --hbh-len 8",
      "FORWARD -m hbh --hbh-opts 30:4",
      "FORWARD -m hbh --hbh-opts 30:5",
      "FORWARD -m hbh --hbh-opts 31",
      "FORWARD -m dst --dst-len 16",
      "FORWARD -m dst ! --dst-len 24",
      "FORWARD -m dst --dst-opts 30",
      "FORWARD -m dst --dst-opts 30:2,0,31:8",
      "FORWARD -m dst --dst-opts 31:8",
    ),
    packets: PACKETS,
  },
  {
    name: "rt asks for type, segments left, length and addresses",
    family: 6,
    rules: table(
      "mangle",
      "FORWARD -m rt",
      "FORWARD -m rt --rt-type 4",
      "FORWARD -m rt ! --rt-type 4",
      "FORWARD -m rt --rt-segsleft 1:2",
      "FORWARD -m rt ! --rt-segsleft 0",
      "FORWARD -m rt --rt-len 40",
      "FORWARD -m rt ! --rt-len 40",
      "FORWARD -m rt --rt-type 0 --rt-0-addrs fd00:9::1,fd00:9::2",
      "FORWARD -m rt --rt-type 0 --rt-0-addrs fd00:9::1",
      "FORWARD -m rt --rt-type 0 --rt-0-addrs fd00:9::2 --rt-0-not-strict",
      "FORWARD -m rt --rt-type 0 --rt-0-addrs fd00:9::2,fd00:9::1 --rt-0-not-strict",
    ),
    packets: PACKETS,
  },
  {
    name: "ipv6header asks for exactly these headers, or with --soft at least for these",
    family: 6,
    rules: table(
      "mangle",
      "FORWARD -m ipv6header --header protocol",
      "FORWARD -m ipv6header --header hop-by-hop,protocol",
      "FORWARD -m ipv6header ! --header hop-by-hop,protocol",
      "FORWARD -m ipv6header --header hop-by-hop --soft",
      "FORWARD -m ipv6header ! --header hop-by-hop,ipv6-opts --soft",
      "FORWARD -m ipv6header --header hop-by-hop,ipv6-route,ipv6-opts,protocol",
      "FORWARD -m ipv6header --header ah,protocol",
      "FORWARD -m ipv6header --header esp",
      "FORWARD -m ipv6header --header ipv6-nonxt",
      "FORWARD -m ipv6header --header ipv6-frag --soft",
      "FORWARD -m ipv6header ! --header ipv6-frag,protocol",
    ),
    packets: PACKETS,
  },
  {
    name: "the node itself follows no routing header",
    family: 6,
    rules: table("mangle", "INPUT -m rt", "OUTPUT -p icmpv6"),
    packets: [
      [packet("outside", CLIENT, NODE, { headers: [ROUTING] }), "vanished"],
      [packet("outside", CLIENT, NODE, { headers: [SOURCE_ROUTE] }), "vanished"],
      [packet("outside", CLIENT, "ff02::1", { headers: [UNKNOWN_ROUTE] }), "vanished"],
      [packet("outside", CLIENT, NODE, { headers: [UNKNOWN_ROUTE] }), "delivered"],
    ],
  },
  {
    name: "what follows the headers is the protocol, and its ports are found",
    family: 6,
    rules: table(
      "mangle",
      "FORWARD -p udp",
      "FORWARD -p udp --dport 80",
      "FORWARD ! -p udp",
      "FORWARD -p esp",
      "FORWARD -p 59",
      "FORWARD -m ah --ahspi 7",
      "FORWARD -p udp -m multiport --dports 80,81",
      "FORWARD -p tcp --dport 80 --syn",
    ),
    packets: [...PACKETS, by([HOP], { protocol: "tcp" }), by([AUTHENTICATION, DESTINATION])],
  },
  {
    name: "mh asks for the type of a Mobile IPv6 message, eui64 for the sender's own address",
    family: 6,
    rules: table(
      "mangle",
      "FORWARD -p mh -m mh --mh-type 1:3",
      "FORWARD -p mh -m mh ! --mh-type binding-update",
      "FORWARD -m eui64",
    ),
    packets: [
      [packet("outside", CLIENT, POD, { protocol: 135, messageType: 3 }), "forwarded"],
      [packet("outside", CLIENT, POD, { protocol: 135, messageType: 5 }), "forwarded"],
      [packet("outside", BY_MAC, POD), "forwarded"],
      [packet("pod", "fd00:244::ff:fe00:202", CLIENT), "forwarded"],
    ],
  },
  {
    name: "frag asks for the place and the identification, where nothing puts fragments together",
    family: 6,
    rules: table(
      "mangle",
      ...["FORWARD", "INPUT", "OUTPUT"].flatMap((chain) => [
        `${chain} -m frag`,
        `${chain} -m frag --fragfirst`,
        `${chain} -m frag --fragmore`,
        `${chain} -m frag --fraglast`,
        `${chain} -m frag --fragfirst --fraglast`,
        `${chain} -m frag --fragid 77`,
        `${chain} -m frag ! --fragid 70:79 --fragmore`,
        `${chain} -m frag --fraglen 8`,
        `${chain} -m frag ! --fraglen 8`,
        `${chain} -m frag --fragres`,
        `${chain} -m ipv6header --header ipv6-frag --soft`,
      ]),
    ),
    packets: [
      [
        packet("outside", CLIENT, POD, { fragment: { offset: 0, more: true, id: 77 } }),
        "forwarded",
      ],
      [
        packet("outside", CLIENT, POD, { fragment: { offset: 8, more: true, id: 77 } }),
        "forwarded",
      ],
      [
        packet("outside", CLIENT, POD, { fragment: { offset: 16, more: false, id: 80 } }),
        "forwarded",
      ],
      [
        packet("outside", CLIENT, POD, { fragment: { offset: 0, more: false, id: 5 } }),
        "forwarded",
      ],
      [packet("outside", CLIENT, POD), "forwarded"],
      [
        packet("outside", CLIENT, NODE, { fragment: { offset: 16, more: false, id: 1 } }),
        "vanished",
      ],
      [packet(undefined, NODE, POD, { fragment: { offset: 8, more: true, id: 77 } }), "sent"],
    ],
  },
] satisfies readonly Scene[]);
