import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LOOPBACK } from "../../../tracer/host/default-host.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { device, packet, route, stepsOf, via, visitsOf, worldOf } from "../../support/walk.js";

for (const { by, enumerate, trace } of EVALUATORS) {
  const DEVICES = [
    LOOPBACK,
    device("eth0 192.0.2.1/24", 2),
    device("br0 10.0.0.1/24", 3, { kind: "bridge" }),
    device("veth1", 4, { master: "br0" }),
    device("veth2", 5, { master: "br0" }),
  ];
  const ROUTES = [route("0.0.0.0/0", "eth0", via("192.0.2.254", "eth0"))];
  const ON = {
    devices: DEVICES,
    routes: ROUTES,
    sysctls: { "net.bridge.bridge-nf-call-iptables": 1 },
  };
  const OFF = { ...ON, sysctls: { "net.bridge.bridge-nf-call-iptables": 0 } };
  const NEIGHBOUR = packet("tcp 10.0.0.5:40000 > 10.0.0.6:80 veth1");

  describe(`a frame between two ports of a bridge, by ${by}`, () => {
    it("passes PREROUTING, FORWARD and POSTROUTING by the bridge, its time to live untouched", () => {
      const filter =
        "FORWARD -i br0 -o br0\nFORWARD -i veth1\nFORWARD -m physdev --physdev-is-bridged";
      const outcome = trace(worldOf({ raw: "", filter, mangle: "" }, ON), NEIGHBOUR);
      assert.deepEqual(visitsOf(outcome), [
        "raw PREROUTING",
        "mangle PREROUTING",
        "mangle FORWARD",
        "filter FORWARD",
        "mangle POSTROUTING",
      ]);
      assert.deepEqual(stepsOf(outcome), ["filter FORWARD 1", "filter FORWARD 3"]);
      assert.equal(outcome.path.verdict, "forwarded");
      assert.equal(outcome.path.last.ttl, 64);
    });

    it("--physdev-in is the port, never -i; the port that it leaves by is not known", () => {
      const count = (condition: string) => {
        const world = worldOf({ filter: `FORWARD -m physdev ${condition}` }, ON);
        return enumerate(world, memoryOf(world.host), NEIGHBOUR).map(
          ({ path }) => path.steps.length,
        );
      };
      assert.deepEqual(count("--physdev-in veth1"), [1]);
      assert.deepEqual(count("--physdev-in veth2"), [0]);
      assert.deepEqual(count("! --physdev-is-in"), [0]);
      assert.deepEqual(count("--physdev-out veth2 --physdev-is-bridged"), [1, 0]);
    });

    it("meets no rule at all without bridge-nf-call-iptables", () => {
      const outcome = trace(worldOf({ filter: "FORWARD -j DROP" }, OFF), NEIGHBOUR);
      assert.equal(outcome.path.verdict, "forwarded");
      assert.deepEqual(visitsOf(outcome), []);
    });
  });

  describe(`a packet that comes in by a bridge port and is routed, by ${by}`, () => {
    const away = packet("tcp 10.0.0.5:40000 > 203.0.113.9:80 veth1");

    it("comes in by the bridge; --physdev-in still holds, it is not bridged and leaves by no port", () => {
      const filter = `FORWARD -i br0 -o eth0 -m physdev --physdev-in veth1
      FORWARD -m physdev --physdev-is-bridged
      FORWARD -m physdev ! --physdev-is-bridged`;
      const outcome = trace(worldOf({ filter }, ON), away);
      assert.deepEqual(stepsOf(outcome), ["filter FORWARD 1", "filter FORWARD 3"]);
      assert.equal(outcome.path.last.ttl, 63);
    });

    it("knows no port without bridge-nf-call-iptables", () => {
      const filter = "FORWARD -m physdev --physdev-is-in\nFORWARD -i br0";
      assert.deepEqual(stepsOf(trace(worldOf({ filter }, OFF), away)), ["filter FORWARD 2"]);
    });

    it("to the node itself is delivered", () => {
      const sent = packet("tcp 10.0.0.5:40000 > 10.0.0.1:80 veth1");
      assert.equal(trace(worldOf({ filter: "" }, ON), sent).path.verdict, "delivered");
    });
  });

  function isNotEth0({ name }: (typeof DEVICES)[number]): boolean {
    return name !== "eth0";
  }

  it("DNAT to a neighbour on the same bridge makes a bridged packet", () => {
    const nat = "PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.0.0.6";
    const sent = packet("tcp 10.0.0.5:40000 > 10.96.0.1:80 veth1");
    const outcome = trace(
      worldOf({ nat, filter: "FORWARD -m physdev --physdev-is-bridged" }, ON),
      sent,
    );
    assert.deepEqual(stepsOf(outcome).at(-1), "filter FORWARD 1");
    assert.equal(outcome.path.last.ttl, 64);
    assert.equal(trace(worldOf({ nat }, OFF), sent).path.last.ttl, 63);
  });

  describe(`a packet longer than the next link takes, by ${by}`, () => {
    const devices = [device("eth0 192.0.2.1/24", 2, { mtu: 1400 }), ...DEVICES.filter(isNotEth0)];
    const long = packet("udp 10.0.0.5:1 > 203.0.113.9:2 veth1", { length: 1401 });

    it("is answered before FORWARD when it must not be cut", () => {
      const { path } = trace(worldOf({ filter: "FORWARD" }, { ...ON, devices }), long);
      assert.equal(path.with, "icmp-fragmentation-needed");
      assert.equal(path.steps.length, 0);
    });

    it("is cut, or goes as it is, otherwise", () => {
      const world = worldOf({ filter: "" }, { ...ON, devices });
      assert.equal(trace(world, { ...long, dontFragment: false }).path.verdict, "forwarded");
      assert.equal(trace(world, { ...long, length: 1400 }).path.verdict, "forwarded");
    });
  });
}
