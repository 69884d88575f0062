import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { TCP_FLAG_BITS, type Packet } from "../../../tracer/packet/types.js";
import { replyTo, walkAnswer } from "../../../tracer/walk/reply.js";
import { later } from "../../../tracer/walk/memory.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import type { World } from "../../../tracer/walk/world.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { only, packet, stepsOf, visitsOf, worldOf } from "../../support/walk.js";

for (const { by, trace, next } of EVALUATORS) {
  const { SYN, ACK, RST, FIN } = TCP_FLAG_BITS;
  const CLIENT = "198.51.100.7";
  /** A service address on the node that leads to a pod, masqueraded on the way. */
  const SERVICE = {
    mangle: "",
    nat: `PREROUTING -d 192.0.2.1 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5:8080
    PREROUTING -d 192.0.2.1 -p udp --dport 80 -j DNAT --to-destination 10.0.0.5:8080`,
    filter: "",
  };
  const toService = (protocol = "tcp", parts: Partial<Packet> = {}) =>
    packet(`${protocol} ${CLIENT}:40000 > 192.0.2.1:80 eth0`, parts);

  function ends({ path: { last } }: Outcome): string {
    const port = (value: Packet["sourcePort"]) => (typeof value === "number" ? value : "?");
    return `${formatAddress(last.source)}:${port(last.sourcePort)} > ${formatAddress(last.destination)}:${port(last.destinationPort)}`;
  }

  function stateAt({ events }: Outcome): string | undefined {
    const tracked = events.flatMap((event) => (event.kind === "tracked" ? [event.state] : []));
    return tracked.at(-1);
  }

  function reply(world: World, before: Outcome): Outcome {
    const back = replyTo(before.path);
    assert.ok(back !== undefined, "somebody received the packet");
    return next(world, before, back);
  }

  describe(`when nat is consulted, by ${by}`, () => {
    it("only for a connection's first packet: a retransmitted SYN skips it, still NEW", () => {
      const world = worldOf(SERVICE);
      const first = trace(world, toService());
      const again = next(world, first, toService());
      assert.equal(stateAt(again), "NEW");
      assert.ok(!visitsOf(again).includes("nat PREROUTING"));
      assert.equal(ends(again), `${CLIENT}:40000 > 10.0.0.5:8080`);
    });

    it("a second UDP packet before the reply is translated without nat, still NEW", () => {
      const world = worldOf(SERVICE);
      const again = next(world, trace(world, toService("udp")), toService("udp"));
      assert.equal(stateAt(again), "NEW");
      assert.deepEqual(stepsOf(again), []);
      assert.equal(ends(again), `${CLIENT}:40000 > 10.0.0.5:8080`);
    });

    it("never where no rule makes the kernel track connections", () => {
      const world = worldOf({ nat: "PREROUTING -j ACCEPT\nPOSTROUTING -j ACCEPT", filter: "" });
      const outcome = trace(world, packet(`tcp ${CLIENT}:40000 > 10.0.0.5:80 eth0`));
      assert.deepEqual(visitsOf(outcome), ["filter FORWARD"]);
    });

    it("in all its chains as soon as one rule of any table needs tracking", () => {
      const nat = "PREROUTING -j ACCEPT";
      for (const filter of ["INPUT -m conntrack --ctstate NEW", "INPUT -m state --state NEW"]) {
        const world = worldOf({ nat, filter });
        const outcome = trace(world, packet(`tcp ${CLIENT}:40000 > 10.0.0.5:80 eth0`));
        assert.deepEqual(stepsOf(outcome), ["nat PREROUTING 1 ACCEPT"]);
      }
      const raw = worldOf({ nat, raw: "OUTPUT -j CT --zone 1" });
      const outcome = trace(raw, packet(`tcp ${CLIENT}:40000 > 10.0.0.5:80 eth0`));
      assert.deepEqual(stepsOf(outcome), ["nat PREROUTING 1 ACCEPT"]);
    });

    it("not for untracked packets", () => {
      const rules = { ...SERVICE, raw: "PREROUTING -j NOTRACK" };
      const outcome = trace(worldOf(rules), toService());
      assert.equal(outcome.path.verdict, "delivered");
      assert.deepEqual(stepsOf(outcome), ["raw PREROUTING 1 NOTRACK"]);
    });

    it("a packet dropped before confirmation leaves nothing: the next one visits nat again", () => {
      const world = worldOf({ ...SERVICE, filter: "FORWARD -j DROP" });
      const again = next(world, trace(world, toService("udp")), toService("udp"));
      assert.ok(visitsOf(again).includes("nat PREROUTING"));
    });

    it("a terminating verdict ends nat at that hook; ACCEPT binds the flow to no NAT", () => {
      const nat = `PREROUTING -p udp -m udp --sport 40000 -j ACCEPT\n${SERVICE.nat}`;
      const world = worldOf({ nat });
      const first = trace(world, toService("udp"));
      assert.equal(ends(first), `${CLIENT}:40000 > 192.0.2.1:80`);
      assert.deepEqual(stepsOf(next(world, first, toService("udp"))), []);
    });

    it("a second DNAT never happens", () => {
      const nat = `${SERVICE.nat}\nPREROUTING -j DNAT --to-destination 10.0.0.9`;
      assert.equal(ends(trace(worldOf({ nat }), toService())), `${CLIENT}:40000 > 10.0.0.5:8080`);
    });

    it("a mark set in nat is on packet 1 only, so that packet 2 may fail where packet 1 passed", () => {
      const nat = `PREROUTING -j MARK --set-xmark 0x4000/0x4000\n${SERVICE.nat}`;
      const filter = `:FORWARD DROP
      FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
      FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;
      const world = worldOf({ nat, filter });
      const first = trace(world, toService("udp"));
      assert.equal(first.path.verdict, "forwarded");
      const second = next(world, first, toService("udp"));
      assert.equal(second.path.because, "filter FORWARD policy DROP");
    });

    it("a policy DROP in nat drops unmatched first packets", () => {
      const world = worldOf({ nat: `:PREROUTING DROP\n${SERVICE.nat}` });
      const other = packet(`tcp ${CLIENT}:40000 > 192.0.2.1:81 eth0`);
      assert.equal(trace(world, other).path.because, "nat PREROUTING policy DROP");
      assert.equal(trace(world, toService()).path.verdict, "forwarded");
    });
  });

  describe(`what conntrack says of a packet, by ${by}`, () => {
    const world = worldOf(SERVICE);
    const stateOf = (text: string, parts: Partial<Packet>) =>
      stateAt(trace(world, packet(`${text} eth0`, parts)));

    it("TCP segments that open nothing are INVALID, and never visit nat", () => {
      for (const tcpFlags of [SYN | ACK, RST, FIN | ACK, FIN, 0, SYN | FIN]) {
        const outcome = trace(world, toService("tcp", { tcpFlags }));
        assert.equal(stateAt(outcome), "INVALID", `flags ${tcpFlags}`);
        assert.ok(!visitsOf(outcome).includes("nat PREROUTING"));
      }
    });

    it("an ACK from the middle of an unknown connection is NEW and is DNATed", () => {
      const outcome = trace(world, toService("tcp", { tcpFlags: ACK }));
      assert.equal(stateAt(outcome), "NEW");
      assert.equal(ends(outcome), `${CLIENT}:40000 > 10.0.0.5:8080`);
      const strict = { sysctls: { "net.netfilter.nf_conntrack_tcp_loose": 0 } };
      const refused = trace(worldOf(SERVICE, strict), toService("tcp", { tcpFlags: ACK }));
      assert.equal(stateAt(refused), "INVALID");
    });

    it("bad headers, echo replies, router advertisements and strange errors are INVALID", () => {
      const icmp = `icmp ${CLIENT} > 192.0.2.1`;
      assert.equal(stateOf(icmp, { icmpType: 0 }), "INVALID");
      assert.equal(stateOf(icmp, { icmpType: 9 }), "INVALID");
      assert.equal(stateOf(icmp, { icmpType: 3, icmpCode: 3 }), "INVALID");
      assert.equal(stateOf(icmp, { icmpType: 8 }), "NEW");
      assert.equal(stateOf(`udp ${CLIENT}:5 > 192.0.2.1:9`, { wellFormed: false }), "INVALID");
    });

    it("SCTP DATA opens nothing, INIT and INIT-ACK do", () => {
      const sctp = `sctp ${CLIENT}:5 > 192.0.2.1:9`;
      assert.equal(stateOf(sctp, { sctpChunks: [0] }), "INVALID");
      assert.equal(stateOf(sctp, { sctpChunks: [1] }), "NEW");
      assert.equal(stateOf(sctp, { sctpChunks: [2] }), "NEW");
    });

    it("port 0 and unknown protocols are NEW", () => {
      assert.equal(stateOf(`udp ${CLIENT}:0 > 192.0.2.1:0`, {}), "NEW");
      assert.equal(stateOf(`253 ${CLIENT} > 192.0.2.1`, {}), "NEW");
    });

    it("IPv6 neighbour discovery is UNTRACKED", () => {
      const six = worldOf({ filter: "INPUT -m conntrack --ctstate UNTRACKED" }, { family: 6 });
      const sent = packet("ipv6-icmp [fe80::1] > [2001:db8::1] eth0", { icmpType: 135 });
      assert.equal(stateAt(trace(six, sent)), "UNTRACKED");
    });

    it("in raw every packet is INVALID", () => {
      const rules = { raw: "PREROUTING -m conntrack --ctstate INVALID", filter: "" };
      assert.deepEqual(stepsOf(trace(worldOf(rules), toService())), ["raw PREROUTING 1"]);
    });
  });

  describe(`replies, by ${by}`, () => {
    it("come back translated: before FORWARD the destination, at POSTROUTING the source", () => {
      const rules = {
        ...SERVICE,
        filter: "FORWARD -s 10.0.0.5 -d 198.51.100.7 -j ACCEPT",
        mangle: "POSTROUTING -s 10.0.0.5 -d 198.51.100.7",
      };
      const world = worldOf(rules);
      const back = reply(world, trace(world, toService()));
      assert.equal(ends(back), `192.0.2.1:80 > ${CLIENT}:40000`);
      assert.equal(stateAt(back), "ESTABLISHED");
      assert.deepEqual(stepsOf(back), ["filter FORWARD 1 ACCEPT", "mangle POSTROUTING 1"]);
      assert.deepEqual(
        visitsOf(back).filter((visit) => visit.startsWith("nat")),
        [],
      );
    });

    it("of a masqueraded connection find their way back to the client", () => {
      const nat = `${SERVICE.nat}\nPOSTROUTING -d 10.0.0.5 -j MASQUERADE`;
      const world = worldOf({ nat, mangle: "" });
      const first = trace(world, toService());
      assert.equal(ends(first), "10.0.0.1:40000 > 10.0.0.5:8080");
      const back = reply(world, first);
      assert.equal(ends(back), `192.0.2.1:80 > ${CLIENT}:40000`);
      assert.equal(back.path.out, "eth0");
    });

    it("make the connection ESTABLISHED for both sides", () => {
      const world = worldOf(SERVICE);
      const back = reply(world, trace(world, toService()));
      assert.equal(stateAt(next(world, back, toService("tcp", { tcpFlags: ACK }))), "ESTABLISHED");
    });

    it("of echo requests are echo replies with the same id, translated back", () => {
      const world = worldOf({ nat: "PREROUTING -p icmp -j DNAT --to-destination 10.0.0.5" });
      const first = trace(world, packet(`icmp ${CLIENT} > 192.0.2.1 eth0`, { icmpId: 77 }));
      assert.equal(formatAddress(first.path.last.destination), "10.0.0.5");
      const back = reply(world, first);
      assert.equal(formatAddress(back.path.last.source), "192.0.2.1");
      assert.equal(back.path.last.icmpType, 0);
      assert.equal(back.path.last.icmpId, 77);
    });
  });

  describe(`ICMP errors about a connection, by ${by}`, () => {
    it("are RELATED and are translated without nat", () => {
      const world = worldOf({ ...SERVICE, nat: `${SERVICE.nat}\nPOSTROUTING -j MASQUERADE` });
      const first = trace(world, toService("udp"));
      const error = packet("icmp 10.0.0.5 > 10.0.0.1 cni0", {
        icmpType: 3,
        icmpCode: 3,
        quoted: {
          protocol: 17,
          source: first.path.last.source,
          destination: first.path.last.destination,
          sourcePort: 40000,
          destinationPort: 8080,
        },
      });
      const back = next(world, first, error);
      assert.equal(stateAt(back), "RELATED");
      const { last } = back.path;
      assert.equal(formatAddress(last.source), "192.0.2.1");
      assert.equal(formatAddress(last.destination), CLIENT);
      assert.deepEqual(last.quoted, {
        protocol: 17,
        source: first.path.first.source,
        destination: first.path.first.destination,
        sourcePort: 40000,
        destinationPort: 80,
      });
      assert.deepEqual(
        visitsOf(back),
        visitsOf(back).filter((visit) => !visit.startsWith("nat")),
      );
    });
  });

  describe(`the node's own answers, by ${by}`, () => {
    it("a REJECT after DNAT comes from the service's address, is RELATED and passes OUTPUT", () => {
      const filter = "FORWARD -j REJECT\nOUTPUT -m conntrack --ctstate RELATED";
      const world = worldOf({ ...SERVICE, filter });
      const refused = trace(world, toService());
      assert.equal(refused.path.verdict, "rejected");
      assert.equal(refused.path.with, "icmp-port-unreachable");
      const answer = only(walkAnswer(world, refused));
      assert.equal(answer.path.verdict, "sent");
      assert.deepEqual(stepsOf(answer), ["filter OUTPUT 1"]);
      assert.equal(formatAddress(answer.path.last.source), "192.0.2.1");
      assert.equal(formatAddress(answer.path.last.destination), CLIENT);
    });

    it("a reset after DNAT comes from the service's address and port", () => {
      const filter = "FORWARD -p tcp -j REJECT --reject-with tcp-reset";
      const world = worldOf({ ...SERVICE, filter });
      const answer = only(walkAnswer(world, trace(world, toService())));
      assert.equal(ends(answer), `192.0.2.1:80 > ${CLIENT}:40000`);
      assert.equal(answer.path.last.tcpFlags, RST | ACK);
    });

    it("can be dropped in OUTPUT", () => {
      const world = worldOf({ ...SERVICE, filter: "FORWARD -j REJECT\nOUTPUT -p icmp -j DROP" });
      const answer = only(walkAnswer(world, trace(world, toService())));
      assert.equal(answer.path.verdict, "dropped");
    });

    it("there is none about ICMP errors, none to broadcasts, and no reset to a reset", () => {
      const filter = "INPUT -p tcp -j REJECT --reject-with tcp-reset\nINPUT -j REJECT";
      const world = worldOf({ filter });
      const error = packet(`icmp ${CLIENT} > 192.0.2.1 eth0`, { icmpType: 3, icmpCode: 1 });
      const broadcast = packet(`udp ${CLIENT}:9 > 255.255.255.255:9 eth0`);
      const reset = packet(`tcp ${CLIENT}:9 > 192.0.2.1:9 eth0`, { tcpFlags: RST });
      for (const sent of [error, broadcast, reset]) {
        const { path } = trace(world, sent);
        assert.equal(path.verdict, "rejected");
        assert.equal(path.answer, undefined);
      }
    });
  });

  describe(`connections in time, by ${by}`, () => {
    const udp = () => toService("udp");

    it("a UDP connection without a reply is forgotten after 30 seconds", () => {
      const world = worldOf(SERVICE);
      const first = trace(world, udp());
      const soon = { ...first, memory: later(first.memory, 29_000) };
      assert.ok(!visitsOf(next(world, soon, udp())).includes("nat PREROUTING"));
      const late = { ...first, memory: later(first.memory, 31_000) };
      assert.ok(visitsOf(next(world, late, udp())).includes("nat PREROUTING"));
    });

    it("one that was answered lives 120 seconds once it is older than two", () => {
      const world = worldOf(SERVICE);
      const answered = reply(world, trace(world, udp()));
      const young = { ...answered, memory: later(answered.memory, 31_000) };
      assert.ok(visitsOf(next(world, young, udp())).includes("nat PREROUTING"));
      const older = next(world, { ...answered, memory: later(answered.memory, 3000) }, udp());
      const kept = { ...older, memory: later(older.memory, 100_000) };
      assert.equal(stateAt(next(world, kept, udp())), "ESTABLISHED");
    });

    it("a live connection goes on to an endpoint that the rules no longer know", () => {
      const before = worldOf(SERVICE);
      const first = trace(before, udp());
      const changed = { ...SERVICE, nat: SERVICE.nat.replaceAll("10.0.0.5", "10.0.0.6") };
      const after = worldOf(changed);
      assert.equal(ends(next(after, first, udp())), `${CLIENT}:40000 > 10.0.0.5:8080`);
      const other = next(after, first, packet(`udp ${CLIENT}:40001 > 192.0.2.1:80 eth0`));
      assert.equal(ends(other), `${CLIENT}:40001 > 10.0.0.6:8080`);
    });

    it("a SYN on a closed connection begins a new one", () => {
      const world = worldOf(SERVICE);
      const opened = reply(world, trace(world, toService()));
      const acked = next(world, opened, toService("tcp", { tcpFlags: ACK }));
      const closed = next(world, acked, toService("tcp", { tcpFlags: RST }));
      const again = next(world, closed, toService());
      assert.equal(stateAt(again), "NEW");
      assert.ok(visitsOf(again).includes("nat PREROUTING"));
    });
  });
}
