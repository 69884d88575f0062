import { packet, playAll, table, type Scene } from "../../support/kernel/scene.js";

const ENDS = {
  4: { client: "192.168.1.20", pod: "10.244.0.5", any: "0.0.0.0/0" },
  6: { client: "fd00:1::20", pod: "fd00:244::5", any: "::/0" },
} as const;

const FAMILIES = [4, 6] as const;
const BACKENDS = ["legacy", "nft"] as const;

/** Marked packets are the node's own, as the kernel's guide to TPROXY has it. */
function towardsMyself(family: 4 | 6) {
  const route = `route add local ${ENDS[family].any} dev lo table 100`;
  const rule = "add fwmark 1 lookup 100";
  return family === 4
    ? { setup: [`rule ${rule}`, route], rules6: [] }
    : { setup: [route], rules6: [rule] };
}

playAll("a transparent proxy takes as in the kernel:", [
  ...FAMILIES.flatMap((family) =>
    BACKENDS.map((backend): Scene => {
      const { client, pod } = ENDS[family];
      return {
        name: "nothing without a socket",
        family,
        backends: [backend],
        rules: table(
          "mangle",
          "PREROUTING -p udp --dport 80 -j TPROXY --on-port 9999 --tproxy-mark 0x1/0x1",
          "PREROUTING -p udp --dport 81 -j MARK --set-mark 1",
          "PREROUTING -p tcp -j TPROXY --on-port 9999",
        ),
        // The legacy trace tells no target's verdict.
        packets: [
          [packet("outside", client, pod), backend === "nft" ? "dropped" : "vanished"],
          [packet("outside", client, pod, { destinationPort: 81 }), "forwarded"],
          [
            packet("outside", client, pod, { protocol: "tcp" }),
            backend === "nft" ? "dropped" : "vanished",
          ],
        ],
      };
    }),
  ),
  ...FAMILIES.map((family): Scene => {
    const { client, pod } = ENDS[family];
    return {
      name: "what is for others where a socket listens and the mark leads to the node",
      family,
      setup: towardsMyself(family).setup,
      rules6: towardsMyself(family).rules6,
      listeners: [9999, 81],
      rules: table(
        "mangle",
        "PREROUTING -p udp --dport 80 -j TPROXY --on-port 9999 --tproxy-mark 0x1/0x1",
        "PREROUTING -p udp --dport 81 -j TPROXY --on-port 0 --tproxy-mark 0x5/0x5",
        "PREROUTING -p udp --dport 82 -j TPROXY --on-port 9999",
        "PREROUTING",
        "INPUT -m mark --mark 0x1",
        "FORWARD",
      ),
      packets: [
        [packet("outside", client, pod), "delivered"],
        [packet("pod", pod, client), "delivered"],
        // A socket has it, but nothing leads it there.
        [packet("outside", client, pod, { destinationPort: 82 }), "vanished"],
        [packet("outside", client, pod, { destinationPort: 83 }), "forwarded"],
      ],
    };
  }),
]);
