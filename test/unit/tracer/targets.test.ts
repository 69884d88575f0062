import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { isUnknown } from "../../../tracer/packet/field.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { makeInterfaceAddress } from "../../../tracer/host/default-host.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import { EVALUATORS } from "../../support/evaluators.js";
import {
  address,
  DEVICES,
  device,
  draw,
  packet,
  route,
  via,
  worldOf,
  type Setting,
} from "../../support/walk.js";

for (const { by, enumerate, trace, next } of EVALUATORS) {
  const TO_NODE = packet("tcp 198.51.100.7:40000 > 192.0.2.1:81 eth0");
  const TO_POD = packet("tcp 198.51.100.7:40000 > 10.0.0.5:80 eth0");

  function text(value: Packet["sourcePort"]): string {
    return value === undefined ? "" : isUnknown(value) ? ":?" : `:${value}`;
  }
  function destination({ path: { last } }: Outcome): string {
    return `${formatAddress(last.destination)}${text(last.destinationPort)}`;
  }
  function source({ path: { last } }: Outcome): string {
    return `${formatAddress(last.source)}${text(last.sourcePort)}`;
  }
  const nat = (rule: string, sent = TO_NODE, setting: Setting = {}) =>
    trace(worldOf({ nat: rule }, setting), sent);

  describe(`DNAT, by ${by}`, () => {
    it("without a port keeps it; :8080 alone changes only the port", () => {
      assert.equal(destination(nat("PREROUTING -j DNAT --to-destination 10.0.0.5")), "10.0.0.5:81");
      const rule = "PREROUTING -p tcp -j DNAT --to-destination :8080";
      assert.equal(destination(nat(rule)), "192.0.2.1:8080");
    });

    it("keeps a port within the range and otherwise takes the least", () => {
      const rule = (ports: string) =>
        destination(nat(`PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5:${ports}`));
      assert.equal(rule("80-90"), "10.0.0.5:81");
      assert.equal(rule("9000-9003"), "10.0.0.5:9000");
    });

    it("--random spreads over the range", () => {
      const rule = "PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5:9000-9003 --random";
      assert.equal(destination(nat(rule)), "10.0.0.5:?");
      const world = worldOf({ nat: rule });
      const seen = new Set(
        Array.from({ length: 60 }, (_, seed) => destination(draw(world, TO_NODE, String(seed)))),
      );
      assert.deepEqual(
        [...seen].sort(),
        [9000, 9001, 9002, 9003].map((port) => `10.0.0.5:${port}`),
      );
    });

    it("9000-9003/80 maps 81 to 9001", () => {
      const rule = "PREROUTING -p tcp -j DNAT --to-destination 10.0.0.5:9000-9003/80";
      assert.equal(destination(nat(rule)), "10.0.0.5:9001");
    });

    it("of several addresses takes one by a hash of the source: same source, same address", () => {
      for (const persistent of ["", " --persistent"]) {
        const rule = `PREROUTING -j DNAT --to-destination 10.0.0.5-10.0.0.8${persistent}`;
        const from = (last: number, port: number) =>
          destination(nat(rule, packet(`udp 198.51.100.${last}:${port} > 192.0.2.1:9 eth0`)));
        const seen = new Set<string>();
        for (let last = 1; last < 60; last++) {
          assert.equal(from(last, 1000), from(last, 2000));
          seen.add(from(last, 1000));
        }
        assert.equal(seen.size, 4);
      }
    });

    it("of ICMP and SCTP works, of an unknown protocol by address alone", () => {
      const rule = "PREROUTING -j DNAT --to-destination 10.0.0.5";
      const icmp = packet("icmp 198.51.100.7 > 192.0.2.1 eth0");
      assert.equal(destination(nat(rule, icmp)), "10.0.0.5");
      const sctp = packet("sctp 198.51.100.7:1 > 192.0.2.1:2 eth0");
      assert.equal(destination(nat(rule, sctp)), "10.0.0.5:2");
      const strange = packet("253 198.51.100.7 > 192.0.2.1 eth0");
      assert.equal(destination(nat(rule, strange)), "10.0.0.5");
    });
  });

  describe(`REDIRECT and NETMAP, by ${by}`, () => {
    it("goes to the first address of the incoming interface, to 127.0.0.1 from OUTPUT", () => {
      const rule = "-p tcp -j REDIRECT --to-ports 15001";
      const incoming = nat(`PREROUTING ${rule}`, TO_POD);
      assert.equal(destination(incoming), "192.0.2.1:15001");
      assert.equal(incoming.path.verdict, "delivered");
      const own = nat(`OUTPUT ${rule}`, packet("tcp 192.0.2.1:5 > 203.0.113.9:80"));
      assert.equal(destination(own), "127.0.0.1:15001");
      assert.equal(own.path.verdict, "delivered");
    });

    it("an interface without address drops", () => {
      const devices = [...DEVICES, device("eth9", 9)];
      const sent = { ...TO_POD, inInterface: "eth9" };
      const outcome = nat("PREROUTING -p tcp -j REDIRECT", sent, { devices });
      assert.equal(outcome.path.verdict, "dropped");
    });

    it("NETMAP replaces the network's bits and keeps the host's", () => {
      const rule = "PREROUTING -d 192.0.2.0/24 -j NETMAP --to 10.0.0.0/24";
      const sent = packet("tcp 198.51.100.7:1 > 192.0.2.77:80 eth0");
      assert.equal(destination(nat(rule, sent)), "10.0.0.77:80");
    });
  });

  describe(`MASQUERADE, by ${by}`, () => {
    const rule = "POSTROUTING -j MASQUERADE";
    const out = packet("tcp 10.0.0.5:40000 > 203.0.113.9:80 cni0");

    it("takes the outgoing interface's address in the next hop's subnet, and no src of a route", () => {
      const devices = [
        ...DEVICES.filter(({ name }) => name !== "eth0"),
        device("eth0 198.18.0.1/24 192.0.2.1/24", 2),
      ];
      const gateway = via("192.0.2.254", "eth0");
      const routes = [
        route("0.0.0.0/0", "eth0", { ...gateway, preferredSource: address("198.18.0.1") }),
      ];
      assert.equal(source(nat(rule, out, { devices, routes })), "192.0.2.1:40000");
    });

    it("else its first primary address", () => {
      const first = makeInterfaceAddress(address("198.18.0.9"), 24);
      const eth0 = {
        ...device("eth0 198.18.0.1/24 192.0.2.1/24", 2),
        addresses: [{ ...first, secondary: true }, ...device("x 198.18.0.1/24", 2).addresses],
      };
      const devices = [...DEVICES.filter(({ name }) => name !== "eth0"), eth0];
      const routes = [route("0.0.0.0/0", "eth0", via("172.16.0.1", "eth0"))];
      assert.equal(source(nat(rule, out, { devices, routes })), "198.18.0.1:40000");
    });

    it("an interface without address borrows another's", () => {
      const devices = [...DEVICES, device("wg0", 7)];
      const routes = [route("203.0.113.0/24", "wg0")];
      assert.equal(source(nat(rule, out, { devices, routes })), "192.0.2.1:40000");
    });

    it("IPv6 takes the address of the interface that fits the destination", () => {
      const world = worldOf({ nat: rule }, { family: 6 });
      const sent = packet("tcp [fd00::5]:1 > [2001:db9::1]:80 cni0");
      assert.equal(formatAddress(trace(world, sent).path.last.source), "2001:db8::1");
    });

    it("hairpin: without the masquerade a pod sees its own address as source", () => {
      const dnat = "PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.0.0.5";
      const sent = packet("tcp 10.0.0.5:40000 > 10.96.0.1:80 cni0");
      const bare = nat(dnat, sent);
      assert.equal(`${source(bare)} ${destination(bare)}`, "10.0.0.5:40000 10.0.0.5:80");
      assert.equal(source(nat(`${dnat}\n${rule}`, sent)), "10.0.0.1:40000");
    });
  });

  describe(`the source port, by ${by}`, () => {
    const snat = "POSTROUTING -j SNAT --to-source 192.0.2.1";
    const from = (pod: number, port: number) =>
      packet(`udp 10.0.0.${pod}:${port} > 203.0.113.9:53 cni0`);

    it("is kept unless it clashes with another connection's", () => {
      const world = worldOf({ nat: snat });
      const first = trace(world, from(5, 40000));
      assert.equal(source(first), "192.0.2.1:40000");
      assert.equal(source(next(world, first, from(6, 40000))), "192.0.2.1:?");
      assert.equal(source(next(world, first, from(6, 40001))), "192.0.2.1:40001");
    });

    it("that clashes stays in its pool: below 512, 600 to 1023, 1024 and up", () => {
      const range = (port: number) => {
        const world = worldOf({ nat: snat });
        const { sourcePort } = next(world, trace(world, from(5, port)), from(6, port)).path.last;
        return isUnknown(sourcePort) ? sourcePort.unknown : sourcePort;
      };
      assert.equal(range(100), "drawn at random from 1 to 511");
      assert.equal(range(700), "drawn at random from 600 to 1023");
      assert.equal(range(5000), "drawn at random from 1024 to 65535");
    });

    it("--random-fully always draws it; a seed fixes the draw", () => {
      const world = worldOf({ nat: "POSTROUTING -j MASQUERADE --random-fully" });
      assert.equal(source(trace(world, from(5, 40000))), "192.0.2.1:?");
      const drawn = source(draw(world, from(5, 40000), "a"));
      assert.match(drawn, /^192\.0\.2\.1:\d+$/);
      assert.equal(source(draw(world, from(5, 40000), "a")), drawn);
    });

    it("is changed by a clash of tuples even without any SNAT rule, which sets SNAT", () => {
      const world = worldOf({
        nat: `PREROUTING -d 10.96.0.1 -j DNAT --to-destination 10.0.0.5
        PREROUTING -d 10.96.0.2 -j DNAT --to-destination 10.0.0.5`,
        mangle: "",
      });
      const to = (service: number) => packet(`udp 198.51.100.7:40000 > 10.96.0.${service}:53 eth0`);
      const second = next(world, trace(world, to(1)), to(2));
      assert.equal(source(second), "198.51.100.7:?");
      const { tracking } = second.branch;
      assert.ok(tracking.kind === "tracked" && tracking.connection.translated.source);
    });

    it("SNAT to a range of ports keeps a port within it", () => {
      const rule = "POSTROUTING -p udp -j SNAT --to-source 192.0.2.1:40000-40010";
      assert.equal(source(nat(rule, from(5, 40003))), "192.0.2.1:40003");
    });
  });

  describe(`REJECT, by ${by}`, () => {
    const reject = (kind: string, family: 4 | 6 = 4) => {
      const rule = `FORWARD ${kind === "tcp-reset" ? "-p tcp" : ""} -j REJECT ${kind === "" ? "" : `--reject-with ${kind}`}`;
      const sent = family === 4 ? TO_POD : packet("tcp [2001:db8::9]:1 > [fd00::5]:80 eth0");
      return trace(worldOf({ filter: rule }, { family }), sent).path;
    };
    const codes: readonly (readonly [string, number])[] = [
      ["icmp-net-unreachable", 0],
      ["icmp-host-unreachable", 1],
      ["icmp-proto-unreachable", 2],
      ["icmp-port-unreachable", 3],
      ["icmp-net-prohibited", 9],
      ["icmp-host-prohibited", 10],
      ["icmp-admin-prohibited", 13],
    ];

    it("answers with ICMP type 3 and the code that it names, 3 by default", () => {
      for (const [kind, code] of codes) {
        const path = reject(kind);
        assert.equal(path.with, kind);
        assert.deepEqual([path.answer?.icmpType, path.answer?.icmpCode], [3, code]);
      }
      assert.equal(reject("").with, "icmp-port-unreachable");
    });

    it("IPv6 answers with 1/4 by default", () => {
      const { answer } = reject("", 6);
      assert.deepEqual([answer?.icmpType, answer?.icmpCode], [1, 4]);
    });

    it("a drop or reject in OUTPUT tells the sender EPERM", () => {
      const own = packet("tcp 192.0.2.1:1 > 203.0.113.9:80");
      const { path } = trace(worldOf({ filter: "OUTPUT -j DROP" }), own);
      assert.equal(path.verdict, "dropped");
      assert.equal(path.error, "EPERM");
    });
  });

  describe(`CT and CONNMARK, by ${by}`, () => {
    it("zones keep connections of the same addresses apart", () => {
      const world = worldOf({
        raw: "PREROUTING -m mark --mark 1 -j CT --zone 1",
        nat: "PREROUTING -j DNAT --to-destination 10.0.0.5",
        mangle: "",
      });
      const first = trace(world, TO_NODE);
      const other = next(world, first, { ...TO_NODE, mark: 1 });
      assert.ok(other.events.some((event) => event.kind === "entered" && event.table === "nat"));
    });

    it("CONNMARK saves the mark for later packets of the connection and restores it", () => {
      const world = worldOf({
        mangle: `PREROUTING -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff
        PREROUTING -m mark ! --mark 0/0xff -j ACCEPT
        PREROUTING -j MARK --set-xmark 0x7/0xff
        PREROUTING -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff`,
      });
      const first = trace(world, TO_POD);
      assert.equal(first.path.steps.length, 3);
      const second = next(world, first, TO_POD);
      assert.equal(second.path.last.mark, 7);
      assert.equal(second.path.steps.length, 2);
    });
  });

  it("TPROXY needs a listening socket, which only the user can tell", () => {
    const world = worldOf({
      mangle: "PREROUTING -p tcp -j TPROXY --on-port 50080 --tproxy-mark 0x1/0x1",
    });
    const ends = (sent: Packet) =>
      enumerate(world, memoryOf(world.host), sent).map(({ path }) => [
        path.verdict,
        path.last.mark,
      ]);
    assert.deepEqual(ends(TO_NODE), [
      ["delivered", 1],
      ["dropped", 0],
    ]);
    // Without a routing rule that makes the mark the node's own it is forwarded, which is refused.
    assert.deepEqual(ends(TO_POD), [
      ["dropped", 1],
      ["dropped", 0],
    ]);
  });
}
