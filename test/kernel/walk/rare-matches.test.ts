import { POD, ofBoth } from "../../support/kernel/both-families.js";
import { packet, playAll, table, type Scene } from "../../support/kernel/scene.js";

const NODE = "192.168.1.10";

const tcp = (flags: string, tos = 0) => ({ protocol: "tcp" as const, flags, tos });
const TURNED = { sourcePort: 80, destinationPort: 4000 };

const CLUSTER = "-m cluster --cluster-total-nodes 3 --cluster-hash-seed 0xdeadbeef";

playAll("a rare match answers as in the kernel:", [
  ...ofBoth((_, client, pod) => ({
    name: "ecn asks for the codepoint and for two flags of TCP",
    rules: table(
      "mangle",
      ...[0, 1, 2, 3].map((codepoint) => `FORWARD -m ecn --ecn-ip-ect ${codepoint}`),
      "FORWARD -m ecn ! --ecn-ip-ect 2",
      "FORWARD -p tcp -m ecn --ecn-tcp-ece",
      "FORWARD -p tcp -m ecn --ecn-tcp-cwr",
      "FORWARD -p tcp -m ecn ! --ecn-tcp-ece ! --ecn-tcp-cwr",
      "FORWARD -p tcp -m ecn --ecn-tcp-ece --ecn-tcp-cwr --ecn-ip-ect 0",
    ),
    packets: [
      [packet("outside", client, pod, { tos: 1 }), "forwarded"],
      [packet("outside", client, pod, tcp("syn")), "forwarded"],
      [packet("outside", client, pod, tcp("syn,ece,cwr")), "forwarded"],
      [packet("outside", client, pod, tcp("ack,ece", 2)), "forwarded"],
      [packet("outside", client, pod, tcp("ack,cwr", 0xb8 | 3)), "forwarded"],
    ],
  })),
  ...ofBoth((family, client, pod) => ({
    name: "cluster chooses a node by the connection's first source",
    rules:
      table("raw", "PREROUTING -p udp --dport 81 -j NOTRACK") +
      table(
        "mangle",
        ...[1, 2, 3].map((node) => `FORWARD ${CLUSTER} --cluster-local-node ${node}`),
        `FORWARD ${CLUSTER} --cluster-local-nodemask 0x5`,
        `FORWARD ${CLUSTER} ! --cluster-local-node 2`,
      ),
    packets: [
      ...[1, 2, 3, 4, 5].map((last) => {
        const source = family === 4 ? `203.0.113.${last}` : `2001:db${last}::${last}:77`;
        return [packet("outside", source, pod), "forwarded"] as const;
      }),
      [packet("outside", client, pod), "forwarded"],
      [packet("pod", pod, client, TURNED), "forwarded"],
      [packet("outside", client, pod, { destinationPort: 81 }), "forwarded"],
    ],
  })),
  ...ofBoth((_, client, pod) => ({
    name: "connbytes counts packets and octets of each direction, this packet included",
    rules:
      table("raw", "PREROUTING -p udp --dport 81 -j NOTRACK") +
      table(
        "mangle",
        ...[
          "--connbytes 2: --connbytes-mode packets --connbytes-dir original",
          "--connbytes 2:3 --connbytes-mode packets --connbytes-dir both",
          "! --connbytes 2:3 --connbytes-mode packets --connbytes-dir both",
          "! --connbytes 2:2 --connbytes-mode packets --connbytes-dir both",
          "--connbytes 1 --connbytes-mode packets --connbytes-dir reply",
          "--connbytes 100: --connbytes-mode bytes --connbytes-dir both",
          "--connbytes :60 --connbytes-mode bytes --connbytes-dir original",
          "--connbytes 50: --connbytes-mode avgpkt --connbytes-dir both",
          "--connbytes 1: --connbytes-mode avgpkt --connbytes-dir reply",
        ].map((words) => `FORWARD -m connbytes ${words}`),
      ),
    packets: [
      [packet("outside", client, pod), "forwarded"],
      [packet("outside", client, pod, { payload: 50 }), "forwarded"],
      [packet("pod", pod, client, TURNED), "forwarded"],
      [packet("outside", client, pod, { payload: 200 }), "forwarded"],
      [packet("outside", client, pod, { destinationPort: 81 }), "forwarded"],
      [packet("outside", client, pod, { ...tcp("ack"), sourcePort: 4001 }), "forwarded"],
    ],
  })),
  ...ofBoth((_, client, pod) => ({
    name: "connlabel asks for labels and sets them for the connection's later packets",
    rules:
      table("raw", "PREROUTING -p udp --dport 81 -j NOTRACK") +
      table(
        "mangle",
        "FORWARD -m connlabel --label 3",
        "FORWARD -m connlabel ! --label 3",
        "FORWARD -p udp --dport 80 -m connlabel --label 3 --set",
        "FORWARD -p udp --sport 80 -m connlabel ! --label 127 --set",
        "FORWARD -m connlabel --label 3",
        "FORWARD -m connlabel --label 127",
      ),
    packets: [
      [packet("outside", client, pod), "forwarded"],
      [packet("pod", pod, client, TURNED), "forwarded"],
      [packet("outside", client, pod), "forwarded"],
      [packet("outside", client, pod, { destinationPort: 82 }), "forwarded"],
      [packet("outside", client, pod, { destinationPort: 81 }), "forwarded"],
    ],
  })),
  ...ofBoth((_, client, pod) => ({
    name: "helper holds for no connection that nobody expected",
    rules:
      table("raw", "PREROUTING -p udp --dport 81 -j NOTRACK") +
      table(
        "mangle",
        "FORWARD -m helper --helper ftp",
        "FORWARD -m helper ! --helper ftp",
        'FORWARD -m helper --helper ""',
      ),
    packets: [
      [packet("outside", client, pod), "forwarded"],
      [packet("outside", client, pod, { destinationPort: 81 }), "forwarded"],
    ],
  })),
  ...ofBoth((family, client, pod) => ({
    name: "quota lets packets through until one is larger than what is left",
    rules: table(
      "filter",
      `FORWARD -p udp --dport 80 -m quota --quota ${family === 4 ? 100 : 140} -j ACCEPT`,
      "FORWARD -p udp --dport 81 -m quota ! --quota 60 -j ACCEPT",
      "FORWARD -j DROP",
    ),
    packets: [
      [packet("outside", client, pod), "forwarded"],
      [packet("outside", client, pod), "forwarded"],
      [packet("outside", client, pod), "dropped"],
      [packet("outside", client, pod, { payload: 0 }), "dropped"],
      [packet("outside", client, pod, { destinationPort: 81 }), "dropped"],
      [packet("outside", client, pod, { destinationPort: 81 }), "forwarded"],
    ],
  })),
  ...ofBoth((_, client, pod) => ({
    name: "devgroup asks for the groups of the devices",
    setup: ["link set dev eth0 group 5"],
    rules: table(
      "mangle",
      "FORWARD -m devgroup --src-group 5",
      "FORWARD -m devgroup ! --src-group 0x4/0x4",
      "FORWARD -m devgroup --dst-group 0",
      "FORWARD -m devgroup --src-group 5 --dst-group 5",
      "FORWARD -m devgroup --src-group 0 ! --dst-group 0",
      "INPUT -m devgroup --src-group 0x1/0x3",
      "POSTROUTING -m devgroup --dst-group 5",
    ),
    packets: [
      [packet("outside", client, pod), "forwarded"],
      [packet("pod", pod, client), "forwarded"],
    ],
  })),
  {
    name: "realm asks for the realms of the route, and of the way back",
    setup: [
      "route add 10.50.0.0/16 via 192.168.1.20 realm 7",
      "route add 10.51.0.0/16 via 192.168.1.20 realms 2/9",
      "route add 10.244.0.6/32 dev pod0 realm 3",
    ],
    rules: ["FORWARD", "INPUT", "OUTPUT"]
      .map((chain) =>
        table(
          chain === "INPUT" ? "mangle" : chain === "OUTPUT" ? "security" : "filter",
          `${chain} -m realm --realm 7/0xffff`,
          `${chain} -m realm --realm 0x30007`,
          `${chain} -m realm --realm 0x20009`,
          `${chain} -m realm ! --realm 0`,
          `${chain} -m realm --realm 0x30000/0xffff0000`,
        ),
      )
      .join(""),
    packets: [
      [packet("pod", POD, "10.50.0.1"), "forwarded"],
      [packet("pod", "10.244.0.6", "10.50.0.1"), "forwarded"],
      [packet("pod", "10.244.0.6", "10.51.0.1"), "forwarded"],
      [packet("outside", "10.50.0.1", POD), "forwarded"],
      [packet("outside", "10.51.0.1", "10.244.0.6"), "forwarded"],
      [packet("pod", "10.244.0.6", NODE), "delivered"],
      [packet("pod", POD, NODE), "delivered"],
      [packet(undefined, NODE, "10.50.0.1"), "sent"],
      [packet(undefined, NODE, "10.51.0.1"), "sent"],
    ],
  },
  ...ofBoth((family, client, pod) => ({
    name: "dccp asks for ports and types, esp and ipcomp for their index",
    rules: table(
      "filter",
      "FORWARD -p dccp -m dccp --dport 80",
      "FORWARD -p dccp -m dccp ! --sport 4000 --dport 80:90",
      "FORWARD -p dccp -m dccp --dccp-types REQUEST,ACK",
      "FORWARD -p dccp -m dccp ! --dccp-types DATA",
      "FORWARD -p esp -m esp --espspi 100:200",
      "FORWARD -p esp -m esp ! --espspi 100",
      "FORWARD -p ipcomp -m ipcomp --ipcompspi 7",
      "FORWARD -p ipcomp -m ipcomp ! --ipcompspi 7 --compres",
      "FORWARD -p ipcomp -m ipcomp --compres",
      ...(family === 4
        ? ["FORWARD -p ah -m ah --ahspi 5:9", "FORWARD -p ah -m ah ! --ahspi 5"]
        : ["FORWARD -m ah --ahspi 5:9", "FORWARD -m ah ! --ahspi 5"]),
    ),
    packets: [
      [packet("outside", client, pod, { protocol: 33, messageType: 0 }), "forwarded"],
      [
        packet("outside", client, pod, { protocol: 33, messageType: 2, sourcePort: 1 }),
        "forwarded",
      ],
      [packet("outside", client, pod, { protocol: 33, messageType: 10 }), "forwarded"],
      [packet("outside", client, pod, { protocol: 50, spi: 100 }), "forwarded"],
      [packet("outside", client, pod, { protocol: 50, spi: 201 }), "forwarded"],
      [packet("outside", client, pod, { protocol: 108, spi: 7 }), "forwarded"],
      [packet("outside", client, pod, { protocol: 108, spi: 8 }), "forwarded"],
      [packet("outside", client, pod, { protocol: 108, spi: 0 }), "forwarded"],
      ...[5, 9, 10].map((spi) => {
        const more = family === 4 ? { protocol: 51, spi } : { headers: [{ header: 51, spi }] };
        return [packet("outside", client, pod, more), "forwarded"] as const;
      }),
    ],
  })),
] satisfies readonly Scene[]);
