import { describe, it } from "node:test";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { packet, play, table, type Scene } from "../../support/kernel/scene.js";

const CLIENT = "192.168.1.20";
const POD = "10.244.0.5";
const NODE = "192.168.1.10";

/** The pods' wire as a port of a bridge that has their gateway's address. */
const BRIDGE = [
  "link add br0 address 02:00:00:00:01:01 type bridge",
  "addr del 10.244.0.1/24 dev pod0",
  "link set pod0 master br0",
  "link set br0 up",
  "addr add 10.244.0.1/24 dev br0",
  "neigh add 10.244.0.5 lladdr 02:00:00:00:01:02 dev br0",
];

const PHYSDEV = [
  "PREROUTING -i br0",
  "PREROUTING -i pod0",
  "PREROUTING -m physdev --physdev-in pod0",
  "PREROUTING -m physdev ! --physdev-in pod0",
  "PREROUTING -m physdev --physdev-is-in",
  "PREROUTING -m physdev --physdev-is-bridged",
  "FORWARD -i br0",
  "FORWARD -o br0",
  "FORWARD -m physdev --physdev-in pod0",
  "FORWARD -m physdev --physdev-is-out",
  "FORWARD -m physdev --physdev-is-bridged",
  "INPUT -m physdev --physdev-in pod0",
];

const SCENES: readonly Scene[] = [
  {
    name: "by a bridge that asks iptables",
    setup: BRIDGE,
    bridge: "br0",
    sysctls: { "net.bridge.bridge-nf-call-iptables": "1" },
    rules:
      table("mangle", ...PHYSDEV) +
      table("nat", "PREROUTING -d 10.96.0.10 -p udp -j DNAT --to-destination 203.0.113.9"),
    packets: [
      [packet("pod", POD, CLIENT), "forwarded"],
      [packet("pod", POD, "10.244.0.1"), "delivered"],
      [packet("pod", POD, "10.96.0.10", { sourcePort: 4001 }), "forwarded"],
      [packet("outside", CLIENT, POD, { sourcePort: 4002 }), "forwarded"],
      [packet(undefined, NODE, POD, { sourcePort: 4003 }), "sent"],
    ],
  },
  {
    name: "by a bridge that does not ask iptables",
    setup: BRIDGE,
    bridge: "br0",
    sysctls: { "net.bridge.bridge-nf-call-iptables": "0" },
    rules: table("mangle", ...PHYSDEV),
    packets: [
      [packet("pod", POD, CLIENT), "forwarded"],
      [packet("pod", POD, "10.244.0.1"), "delivered"],
      [packet("outside", CLIENT, POD, { sourcePort: 4002 }), "forwarded"],
    ],
  },
];

describe("a packet by a bridge goes as the kernel sends it:", { skip: skipWithoutKernel() }, () => {
  for (const scene of SCENES) {
    for (const backend of scene.backends ?? (["legacy", "nft"] as const)) {
      it(`${scene.name} (${backend})`, () => play(scene, backend));
    }
  }
});
