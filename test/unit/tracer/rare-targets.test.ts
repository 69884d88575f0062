import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { isUnknown, unknown } from "../../../tracer/packet/field.js";
import type { Packet } from "../../../tracer/packet/types.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { walkAnswer } from "../../../tracer/walk/reply.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { packet, route, worldOf, type Setting } from "../../support/walk.js";

for (const { by, enumerate, trace, next } of EVALUATORS) {
  const TCP = packet("tcp 198.51.100.7:40000 > 10.0.0.5:80 eth0", {
    tcpOptions: [2],
    tcpMss: 1460,
    length: 44,
  });
  const SIX: Setting = { family: 6, routes: [route("::/0", "eth0")] };
  const mangled = (rule: string, sent: Packet = TCP, setting: Setting = {}): Packet =>
    trace(worldOf({ mangle: rule }, setting), sent).path.last;

  describe(`TCP options, by ${by}`, () => {
    it("TCPMSS lowers the MSS, and adds one of at most the default where no data follows", () => {
      const rule = "FORWARD -p tcp --syn -j TCPMSS --set-mss 1300";
      assert.equal(mangled(rule).tcpMss, 1300);
      assert.equal(mangled(rule, { ...TCP, tcpMss: 900 }).tcpMss, 900);
      const bare = { ...TCP, tcpMss: undefined, tcpOptions: [], length: 40 };
      assert.equal(mangled(rule, bare).tcpMss, 536);
      assert.equal(mangled(rule, bare).length, 44);
      assert.equal(mangled(rule, { ...bare, length: 48 }).tcpMss, undefined);
    });

    it("an MSS that nobody told stays so, as does one that the path's MTU decides", () => {
      const unclear = { ...TCP, tcpMss: unknown("no MSS") };
      assert.ok(
        isUnknown(mangled("FORWARD -p tcp --syn -j TCPMSS --set-mss 1300", unclear).tcpMss),
      );
      assert.ok(isUnknown(mangled("FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu").tcpMss));
    });

    it("TCPOPTSTRIP leaves nothing in an option's place", () => {
      const stripped = mangled("FORWARD -p tcp -j TCPOPTSTRIP --strip-options mss");
      assert.deepEqual([stripped.tcpMss, stripped.tcpOptions], [undefined, [1]]);
    });

    it("ECN changes two flags and two bits of the TOS", () => {
      const marked = { ...TCP, tcpFlags: 2 | 64 | 128, tos: 2 };
      assert.equal(mangled("FORWARD -p tcp -j ECN --ecn-tcp-remove", marked).tcpFlags, 2);
      assert.equal(mangled("FORWARD -p tcp -j ECN --ecn-tcp-cwr 0", marked).tcpFlags, 2 | 64);
      assert.equal(mangled("FORWARD -j ECN --ecn-ip-ect 1", marked).tos, 1);
    });
  });

  describe(`SYNPROXY, by ${by}`, () => {
    const world = worldOf({
      filter: "FORWARD -p tcp -j SYNPROXY\nOUTPUT -m state --state ESTABLISHED",
    });

    it("answers a SYN in the receiver's name, as its connection's other end", () => {
      const outcome = trace(world, TCP);
      assert.deepEqual([outcome.path.verdict, outcome.path.with], ["rejected", "tcp-syn-ack"]);
    });

    it("takes an ACK whose cookie nobody knows, and lets the rest go on", () => {
      assert.equal(trace(world, { ...TCP, tcpFlags: 16 }).path.verdict, "unknown");
      assert.equal(trace(world, { ...TCP, tcpFlags: 4 }).path.verdict, "forwarded");
    });
  });

  describe(`prefixes, by ${by}`, () => {
    const rule = "-j DNPT --src-pfx fd00:60::/48 --dst-pfx fd00:244::/48";
    const to = (destination: string) =>
      packet(`udp [2001:db8::7]:1 > [${destination}]:2 eth0`, { length: 60 });
    const moved = (destination: string, words = rule) =>
      formatAddress(mangled(`PREROUTING ${words}`, to(destination), SIX).destination);

    it("are exchanged, and the fourth word keeps the sum", () => {
      assert.equal(moved("fd00:60::1"), "fd00:244:0:fe1b::1");
      assert.equal(moved("fd00:60:0:ffff::1"), "fd00:244:0:fe1b::1");
    });

    it("of more than 48 bits leave that to the first later word that is not all ones", () => {
      const long = "-j DNPT --src-pfx fd00:60::/64 --dst-pfx fd00:244::/64";
      assert.equal(moved("fd00:60::ffff:5:0:1", long), "fd00:244::ffff:fe20:0:1");
      const world = worldOf({ mangle: `PREROUTING ${long}` }, SIX);
      const full = trace(world, to("fd00:60::ffff:ffff:ffff:ffff"));
      assert.equal(full.path.verdict, "dropped");
      assert.equal(full.path.answer?.icmpType, 4);
    });
  });

  describe(`REJECT and checksums, by ${by}`, () => {
    const world = worldOf({ filter: "FORWARD -j REJECT" });
    const answered = (protocol: string, parts: Partial<Packet> = {}) =>
      trace(world, packet(`${protocol} 198.51.100.7 > 10.0.0.5 eth0`, parts)).path.answer !==
      undefined;

    it("tells nobody about what has no checksum where one is sought, or a wrong one", () => {
      assert.deepEqual(
        ["gre", "esp", "sctp"].map((name) => answered(name)),
        [true, true, true],
      );
      assert.deepEqual(
        ["ipencap", "ipcomp", "l2tp"].map((name) => answered(name)),
        [false, false, false],
      );
      assert.equal(answered("udp"), true);
      assert.equal(answered("udp", { wellFormed: false }), false);
    });
  });

  describe(`queues and sockets, by ${by}`, () => {
    const RULES = { nat: "PREROUTING -j NFQUEUE --queue-num 4 --queue-bypass" };
    const DNATS = `${RULES.nat}\nOUTPUT -j DNAT --to-destination 10.0.0.9`;

    it("a queue is met once on each way, and leaves nat's question open", () => {
      const world = worldOf(
        { nat: DNATS },
        { statements: [{ kind: "queue", name: "4", holds: false }] },
      );
      const first = trace(world, TCP);
      assert.equal(first.path.steps.length, 1);
      assert.equal(next(world, first, TCP).path.steps.length, 1);
    });

    it("what a socket was given is not forwarded", () => {
      const world = worldOf({ mangle: "PREROUTING -p tcp -j TPROXY --on-port 9" });
      const ends = enumerate(world, memoryOf(world.host), TCP).map(({ path }) => path.because);
      assert.match(ends[0] ?? "", /gave to a socket/);
      assert.match(ends[1] ?? "", /finds no socket/);
    });
  });

  describe(`sources, by ${by}`, () => {
    it("that no host has are refused where realms make the kernel look closely", () => {
      const routes = [route("0.0.0.0/0", "eth0")];
      const broadcast = { ...route("198.51.100.255/32", "eth0"), type: "broadcast" } as const;
      const sent = packet("udp 198.51.100.255:1 > 10.0.0.5:80 eth0");
      const verdict = (more: object) => {
        const setting = { routes: [...routes, { ...broadcast, ...more }] };
        return trace(worldOf("\n", setting), sent).path.verdict;
      };
      assert.deepEqual([verdict({}), verdict({ realms: 1 })], ["forwarded", "dropped"]);
    });
  });
}

describe("what SYNPROXY answers", () => {
  it("meets OUTPUT as a packet of the established connection", () => {
    const world = worldOf({
      filter: "FORWARD -p tcp -j SYNPROXY\nOUTPUT -m state --state ESTABLISHED",
    });
    const [by] = EVALUATORS;
    const sent = packet("tcp 198.51.100.7:40000 > 10.0.0.5:80 eth0");
    const outcome = by?.trace(world, sent);
    assert.ok(outcome);
    const [answer] = walkAnswer(world, outcome);
    assert.equal(answer?.path.steps.length, 1);
    assert.equal(answer.path.last.sourcePort, 80);
  });
});
