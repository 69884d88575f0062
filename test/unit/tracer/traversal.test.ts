import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makePacket } from "../../../tracer/packet/make.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { address, packet, stepsOf, worldOf } from "../../support/walk.js";

for (const { by, enumerate, trace, next } of EVALUATORS) {
  const SENT = packet("udp 198.51.100.7:40000 > 10.0.0.5:80 eth0");
  const FORWARD = (filter: string, sent = SENT) => trace(worldOf({ filter }), sent);

  describe(`RETURN and the end of a chain, by ${by}`, () => {
    it("in a base chain RETURN means the policy", () => {
      const dropped = FORWARD(":FORWARD DROP\nFORWARD -j RETURN\nFORWARD -j ACCEPT");
      assert.equal(dropped.path.because, "filter FORWARD policy DROP");
      assert.equal(FORWARD("FORWARD -j RETURN\nFORWARD -j DROP").path.verdict, "forwarded");
    });

    it("in a user chain RETURN and falling off go on after the jump, also from an empty chain", () => {
      const rules = `:EMPTY -
      FORWARD -j EMPTY
      FORWARD -j A
      FORWARD -j DROP
      A -j B
      A -j RETURN
      A -j ACCEPT
      B -p tcp -j ACCEPT`;
      assert.deepEqual(stepsOf(FORWARD(rules)), [
        "filter FORWARD 1 EMPTY",
        "filter FORWARD 2 A",
        "FORWARD filter A 1 B",
        "FORWARD filter A 2 RETURN",
        "filter FORWARD 3 DROP",
      ]);
    });

    it("after a goto both go to the caller of the chain that holds it", () => {
      const rules = `FORWARD -j A
      FORWARD -j DROP
      A -g B
      A -j ACCEPT
      B -p tcp -j ACCEPT`;
      assert.deepEqual(stepsOf(FORWARD(rules)), [
        "filter FORWARD 1 A",
        "FORWARD filter A 1 B",
        "filter FORWARD 2 DROP",
      ]);
      assert.deepEqual(stepsOf(FORWARD(`${rules}\nB -j RETURN`)).at(-1), "filter FORWARD 2 DROP");
    });

    it("after a goto from a base chain the policy decides", () => {
      const rules = ":FORWARD DROP\nFORWARD -g B\nFORWARD -j ACCEPT\nB -p tcp -j ACCEPT";
      assert.equal(FORWARD(rules).path.because, "filter FORWARD policy DROP");
    });

    it("forty chains deep is no trouble, and a thousand is none either", () => {
      for (const depth of [40, 1000]) {
        const jumps = Array.from({ length: depth }, (_, at) => `C${at} -j C${at + 1}`);
        const rules = ["FORWARD -j C0", ...jumps, `C${depth} -j DROP`].join("\n");
        assert.equal(FORWARD(rules).path.because, `filter C${depth} rule 1 (DROP)`);
      }
    });

    it("chains in a circle are refused by the kernel, and the walk says so", () => {
      const { path } = FORWARD("FORWARD -j A\nA -j B\nB -j A");
      assert.equal(path.verdict, "unknown");
      assert.match(path.because, /A, B, A is a loop/);
    });

    it("an unreachable circle does no harm", () => {
      assert.equal(FORWARD("FORWARD -j DROP\nA -j B\nB -j A").path.verdict, "dropped");
    });
  });

  describe(`targets that go on, by ${by}`, () => {
    it("a rule without target, MARK, CONNMARK, LOG, TOS, TTL, TCPMSS, CLASSIFY, CHECKSUM go on", () => {
      const mangle = `POSTROUTING
      POSTROUTING -j MARK --set-xmark 0x5/0xf
      POSTROUTING -j CONNMARK --save-mark
      POSTROUTING -j LOG --log-prefix "x"
      POSTROUTING -j NFLOG
      POSTROUTING -j TOS --set-tos 0x10/0x3f
      POSTROUTING -j TTL --ttl-set 9
      POSTROUTING -j DSCP --set-dscp 1
      POSTROUTING -j CLASSIFY --set-class 1:2
      POSTROUTING -j CHECKSUM --checksum-fill
      POSTROUTING -j DROP`;
      const outcome = trace(worldOf({ mangle }), SENT);
      assert.equal(outcome.path.steps.length, 11);
      const { mark, ttl, tos, priority } = outcome.path.last;
      assert.deepEqual({ mark, ttl, tos, priority }, { mark: 5, ttl: 9, tos: 4, priority: 65538 });
    });

    it("NFQUEUE without a listener drops, with --queue-bypass it accepts; a listener decides", () => {
      const ends = (options: string, statements: readonly string[] = []) => {
        const world = worldOf(
          { filter: `FORWARD -j NFQUEUE ${options}\nFORWARD -j DROP` },
          { statements: statements.map((kind) => ({ kind, name: undefined, holds: false })) },
        );
        return enumerate(world, memoryOf(world.host), SENT).map(({ path }) => path.verdict);
      };
      assert.deepEqual(ends("--queue-num 1", ["queue"]), ["dropped"]);
      assert.deepEqual(ends("--queue-num 1 --queue-bypass", ["queue"]), ["forwarded"]);
      assert.deepEqual(ends("--queue-num 1"), ["forwarded", "dropped", "dropped"]);
    });

    it("what an unknown target does, or a chain that is not given, is not guessed", () => {
      const strange = worldOf({ filter: "FORWARD -j ACC --foo bar" }, { tolerant: true });
      assert.match(trace(strange, SENT).path.because, /what ACC does is not known/);
      const missing = worldOf({ filter: "FORWARD -j ELSEWHERE" }, { tolerant: true });
      assert.match(trace(missing, SENT).path.because, /chain ELSEWHERE .* is not given/);
      assert.equal(trace(missing, SENT).path.verdict, "unknown");
    });
  });

  describe(`header before matches, by ${by}`, () => {
    it("a match with a memory counts even when a later match fails", () => {
      const rules = `FORWARD -m recent --set --name seen --rsource -p udp -m udp --dport 81 -j DROP
      FORWARD -m recent --rcheck --name seen --rsource -j ACCEPT
      FORWARD -j DROP`;
      assert.deepEqual(stepsOf(FORWARD(rules)), ["filter FORWARD 2 ACCEPT"]);
    });

    it("but not when the header fails", () => {
      const rules = `FORWARD -p tcp -m recent --set --name seen --rsource -j DROP
      FORWARD -m recent --rcheck --name seen --rsource -j ACCEPT
      FORWARD -j DROP`;
      assert.deepEqual(stepsOf(FORWARD(rules)), ["filter FORWARD 3 DROP"]);
    });

    it("nth counts evaluations, whatever the matches after it say", () => {
      const rules = `FORWARD -m statistic --mode nth --every 2 --packet 0 -m udp -p udp --dport 81 -j DROP
      FORWARD -j ACCEPT`;
      const world = worldOf({ filter: rules });
      const key = "nth filter FORWARD 1";
      const first = trace(world, SENT);
      assert.equal(first.memory.counters.get(key), 1);
      assert.equal(next(world, first, SENT).memory.counters.get(key), 2);
    });
  });

  describe(`interfaces, by ${by}`, () => {
    const matched = (rule: string, sent = SENT) =>
      trace(worldOf({ mangle: rule, filter: "" }), sent).path.steps.length === 1;
    const own = packet("udp 10.0.0.1:1 > 10.0.0.5:80");

    it("eth+ is a prefix, eth exact, + all, and ! + nothing", () => {
      assert.ok(matched("PREROUTING -i eth+"));
      assert.ok(matched("PREROUTING -i eth0+"));
      assert.ok(!matched("PREROUTING -i eth"));
      assert.ok(matched("PREROUTING -i +"));
      assert.ok(!matched("PREROUTING ! -i +"));
      assert.ok(matched("PREROUTING ! -i eth1"));
    });

    it("a forwarded packet still has its incoming interface at POSTROUTING", () => {
      const rules = "POSTROUTING -j U\nU -i eth0";
      assert.deepEqual(
        stepsOf(trace(worldOf({ mangle: rules }), SENT)).at(-1),
        "POSTROUTING mangle U 1",
      );
    });

    it("for local output the incoming interface is empty: ! -i X and -i + match, -i X does not", () => {
      const count = (condition: string) =>
        trace(worldOf({ mangle: `OUTPUT -j U\nU ${condition}` }), own).path.steps.length;
      assert.equal(count("! -i eth0"), 2);
      assert.equal(count("-i +"), 2);
      assert.equal(count("-i eth0"), 1);
    });
  });

  describe(`fragments, by ${by}`, () => {
    const further = { offset: 1480, more: false };
    const first = { offset: 0, more: true };

    it("are put together before raw where connections are tracked", () => {
      const rules = { raw: "PREROUTING -f", filter: "FORWARD -m conntrack --ctstate NEW" };
      const sent = makePacket({ ...SENT, fragment: first });
      assert.deepEqual(stepsOf(trace(worldOf(rules), sent)), ["filter FORWARD 1"]);
    });

    it("match -f from the second on where they are not", () => {
      const count = (rule: string, fragment: typeof first) =>
        trace(worldOf({ filter: rule }), { ...SENT, fragment }).path.steps.length;
      assert.equal(count("FORWARD -f", further), 1);
      assert.equal(count("FORWARD -f", first), 0);
      assert.equal(count("FORWARD ! -f", first), 1);
      assert.equal(count("FORWARD ! -f", further), 0);
    });

    it("legacy: no port matches a further fragment, negated or not", () => {
      const count = (rule: string) =>
        trace(worldOf({ filter: rule }, { backend: "legacy" }), { ...SENT, fragment: further }).path
          .steps.length;
      assert.equal(count("FORWARD -p udp -m udp --dport 80"), 0);
      assert.equal(count("FORWARD -p udp -m udp ! --dport 80"), 0);
      assert.equal(count("FORWARD -p udp"), 1);
    });

    it("legacy: a TCP fragment at offset 8 is dropped by -m tcp; nft reads payload as ports", () => {
      const sent = packet("tcp 198.51.100.7:1 > 10.0.0.5:80 eth0", {
        fragment: { offset: 8, more: false },
      });
      const rules = { filter: "FORWARD -p tcp -m tcp --dport 81 -j ACCEPT" };
      const legacy = trace(worldOf(rules, { backend: "legacy" }), sent);
      assert.equal(legacy.path.verdict, "dropped");
      const world = worldOf(rules, { backend: "nft" });
      const outcomes = enumerate(world, memoryOf(world.host), sent);
      assert.deepEqual(
        outcomes.map(({ path }) => path.conditions.map(({ holds }) => holds)),
        [[true], [false]],
      );
    });
  });

  it("both backends loaded: both filters apply, and the nat loaded last wins", () => {
    const legacy = worldOf({
      nat: "PREROUTING -j DNAT --to-destination 10.0.0.8",
      filter: "FORWARD -j ACCEPT",
    });
    const nft = worldOf({
      nat: "PREROUTING -j DNAT --to-destination 10.0.0.9",
      filter: "FORWARD -j DROP",
    });
    const world = { ...legacy, rules: [...legacy.rules, ...nft.rules] };
    const outcome = trace(world, packet("tcp 198.51.100.7:1 > 192.0.2.1:80 eth0"));
    assert.equal(outcome.path.last.destination, address("10.0.0.9"));
    assert.deepEqual(stepsOf(outcome).slice(1), [
      "filter FORWARD 1 ACCEPT",
      "filter FORWARD 1 DROP",
    ]);
  });
}
