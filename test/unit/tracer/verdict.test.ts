import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PLAIN } from "../../../tracer/report/style.js";
import { verdictLine } from "../../../tracer/report/verdict.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { only, packet, worldOf, type Node, type RulesText } from "../../support/walk.js";

for (const { by, enumerate } of EVALUATORS) {
  function line(rules: RulesText, sent: string, node: Node = {}): string {
    const world = worldOf(rules, node);
    const { path } = only(enumerate(world, memoryOf(world.host), packet(sent)));
    return verdictLine(path, () => undefined, PLAIN);
  }

  describe(`the last line of a trace, by ${by}`, () => {
    it("names the owner, the line and the comment of the rule that ended the packet", () => {
      const filter = `FORWARD -j KUBE-SERVICES
      KUBE-SERVICES -d 10.0.0.5/32 -m comment --comment "default/web has no endpoints" -j REJECT`;
      assert.match(
        line({ filter }, "tcp 198.51.100.7:5 > 10.0.0.5:80 eth0"),
        /^rejected with icmp-port-unreachable by filter KUBE-SERVICES rule 1 \(REJECT\) of kube-proxy, line \d+: default\/web has no endpoints$/,
      );
    });

    it("leaves out the hashes that Calico keeps in comments", () => {
      const filter = `FORWARD -j cali-FORWARD
      cali-FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j DROP`;
      const said = line({ filter }, "tcp 198.51.100.7:5 > 10.0.0.5:80 eth0");
      assert.match(said, /\(DROP\) of Calico, line \d+$/);
    });

    // As a real kernel told programs of either protocol.
    const drop = { filter: "OUTPUT -j DROP" };
    const turn = { nat: "OUTPUT -d 10.0.0.5/32 -j DNAT --to-destination 203.0.113.9" };
    for (const [what, rules, sent, said] of [
      ["a dropped datagram is EPERM", drop, "udp 192.0.2.1:5 > 10.0.0.5:80", /gets EPERM\)$/],
      [
        "a dropped SYN is no error, only silence",
        drop,
        "tcp 192.0.2.1:5 > 10.0.0.5:80",
        /\(connect\(\) gets no error and times out\)$/,
      ],
      [
        "a datagram that DNAT sends where no route leads is ENETUNREACH",
        turn,
        "udp 192.0.2.1:5 > 10.0.0.5:80",
        /gets ENETUNREACH\)$/,
      ],
      [
        "a SYN that DNAT sends where no route leads is silence too",
        turn,
        "tcp 192.0.2.1:5 > 10.0.0.5:80",
        /\(connect\(\) gets no error and times out\)$/,
      ],
      [
        "a SYN without a route fails at once",
        turn,
        "tcp 192.0.2.1:5 > 203.0.113.9:80",
        /\(connect\(\) fails with ENETUNREACH\)$/,
      ],
    ] as const) {
      it(`to the program that sent it ${what}`, () => {
        assert.match(line(rules, sent, { routes: [] }), said);
      });
    }

    it("says nothing of an error where a REJECT answers a SYN", () => {
      const rules = { filter: "OUTPUT -p tcp -j REJECT" };
      assert.match(line(rules, "tcp 192.0.2.1:5 > 10.0.0.5:80"), /\(REJECT\), line \d+$/);
    });
  });
}
