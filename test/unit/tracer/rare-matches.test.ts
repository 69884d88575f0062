import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { given, type Connection } from "../../../tracer/host/types.js";
import { unknown } from "../../../tracer/packet/field.js";
import type { ExtensionHeader, Packet } from "../../../tracer/packet/types.js";
import { memoryOf } from "../../../tracer/walk/memory.js";
import { EVALUATORS } from "../../support/evaluators.js";
import { address, device, packet, route, worldOf, type Setting } from "../../support/walk.js";

for (const { by, enumerate, next } of EVALUATORS) {
  const UDP = packet("udp 198.51.100.7:40000 > 10.0.0.5:80 eth0", { length: 60 });
  const REPLY = packet("udp 10.0.0.5:80 > 198.51.100.7:40000 cni0", { length: 40 });
  const UDP_6 = packet("udp [2001:db8::7]:40000 > [fd00::5]:80 eth0", { length: 80 });
  const SIX: Setting = { family: 6, routes: [route("::/0", "eth0")] };

  /** Whether a rule of this condition at mangle FORWARD matches; `?` when that cannot be told. */
  function says(condition: string, sent: Packet = UDP, setting: Setting = {}): string {
    const world = worldOf({ mangle: `FORWARD ${condition}` }, setting);
    const outcomes = enumerate(world, memoryOf(world.host), sent);
    if (outcomes.length > 1) return "?";
    return outcomes[0]?.path.steps.length === 1 ? "yes" : "no";
  }

  function check(cases: Readonly<Record<string, string>>, sent?: Packet, setting?: Setting): void {
    for (const [condition, answer] of Object.entries(cases)) {
      assert.equal(says(condition, sent, setting), answer, condition);
    }
  }

  /** How often the rule matched as each packet came, one after another. */
  function matches(condition: string, packets: readonly Packet[]): readonly number[] {
    const world = worldOf({ mangle: `FORWARD ${condition}` });
    let memory = memoryOf(world.host);
    return packets.map((sent) => {
      const [outcome] = enumerate(world, memory, sent);
      assert.ok(outcome);
      memory = outcome.memory;
      return outcome.path.steps.length;
    });
  }

  describe(`what a connection has carried, by ${by}`, () => {
    const words = (range: string, mode: string, dir: string, not = "") =>
      `-m connbytes ${not} --connbytes ${range} --connbytes-mode ${mode} --connbytes-dir ${dir}`;
    const FLOW = [UDP, UDP, REPLY, UDP];

    it("counts this packet, of either direction or both", () => {
      assert.deepEqual(matches(words("2:", "packets", "original"), FLOW), [0, 1, 1, 1]);
      assert.deepEqual(matches(words("1", "packets", "reply"), FLOW), [0, 0, 1, 1]);
      assert.deepEqual(matches(words(":120", "bytes", "both"), FLOW), [1, 1, 0, 0]);
      assert.deepEqual(matches(words("55:", "avgpkt", "both"), FLOW), [1, 1, 0, 1]);
    });

    it("is negated only where the ends differ", () => {
      assert.deepEqual(matches(words("2:3", "packets", "both", "!"), FLOW), [1, 0, 0, 1]);
      assert.deepEqual(matches(words("2:2", "packets", "both", "!"), FLOW), [0, 1, 0, 0]);
    });

    it("is not known of octets without the packet's length", () => {
      const sent = { ...UDP, length: unknown("no length") };
      check(
        { [words("10:", "bytes", "both")]: "?", [words("1:", "packets", "both")]: "yes" },
        sent,
      );
    });

    const tuple = { protocol: 17, source: UDP.source, destination: UDP.destination };
    const known: Connection = {
      original: { ...tuple, sourcePort: 40000, destinationPort: 80 },
      reply: {
        protocol: 17,
        source: UDP.destination,
        destination: UDP.source,
        sourcePort: 80,
        destinationPort: 40000,
      },
      zone: 0,
      mark: 0,
      seenReply: false,
      assured: false,
      tcpState: undefined,
      timeout: 30,
      master: undefined,
      helper: undefined,
    };

    it("of a connection of before is what the kernel counted, where it did", () => {
      const carried = { original: { packets: 9, octets: 900 }, reply: { packets: 0, octets: 0 } };
      const counted = { host: { connections: given([{ ...known, carried }]) } };
      check({ [words("10", "packets", "both")]: "yes" }, UDP, counted);
      const uncounted = { host: { connections: given([known]) } };
      check({ [words("10", "packets", "both")]: "?" }, UDP, uncounted);
    });

    it("labels stay with the connection once they are set", () => {
      assert.deepEqual(matches("-m connlabel --label 3", FLOW), [0, 0, 0, 0]);
      assert.deepEqual(matches("-m connlabel ! --label 3", FLOW), [1, 1, 1, 1]);
      const world = worldOf({
        mangle: "FORWARD -m connlabel --label 3\nFORWARD -i eth0 -m connlabel --label 3 --set",
      });
      const [first] = enumerate(world, memoryOf(world.host), UDP);
      assert.ok(first);
      assert.deepEqual(
        first.path.steps.map(({ rule }) => rule),
        [2],
      );
      assert.deepEqual(
        next(world, first, REPLY).path.steps.map(({ rule }) => rule),
        [1],
      );
      check({ "-m connlabel --label 3": "?" }, UDP, { host: { connections: given([known]) } });
    });

    it("no helper has expected a connection where there is none with a helper", () => {
      check({ "-m helper --helper ftp": "no", "-m helper ! --helper ftp": "yes" });
      const helped = { ...known, helper: "ftp", original: { ...known.original, sourcePort: 1 } };
      check({ "-m helper --helper ftp": "?" }, UDP, { host: { connections: given([helped]) } });
    });

    it("one node of a cluster is for it, and no node where nothing is tracked", () => {
      const nodes = [1, 2, 3].map((node) =>
        says(
          `-m cluster --cluster-total-nodes 3 --cluster-local-node ${node} --cluster-hash-seed 7`,
        ),
      );
      assert.equal(nodes.filter((answer) => answer === "yes").length, 1);
    });

    it("a quota is taken by packets until one is larger than the rest of it", () => {
      assert.deepEqual(matches("-m quota --quota 130", [UDP, UDP, UDP, REPLY]), [1, 1, 0, 0]);
      assert.deepEqual(matches("-m quota ! --quota 60", [UDP, UDP]), [0, 1]);
    });
  });

  describe(`devices and routes, by ${by}`, () => {
    it("a device's group is asked, where it is given", () => {
      const devices = [device("eth0 192.0.2.1/24", 2), device("cni0 10.0.0.1/24", 3)];
      const grouped = devices.map((known) => Object.assign({}, known, { group: 5 }));
      check(
        {
          "-m devgroup --src-group 5": "yes",
          "-m devgroup ! --src-group 5": "no",
          "-m devgroup --src-group 0x1/0x1": "yes",
        },
        UDP,
        { devices: grouped },
      );
      check({ "-m devgroup --src-group 5": "?" });
    });

    it("realms are those of the route and of the way back", () => {
      const routes = [
        { ...route("10.9.0.0/16", "cni0"), realms: 7 },
        { ...route("0.0.0.0/0", "eth0"), realms: 3 },
      ];
      check(
        {
          "-m realm --realm 0x30007": "yes",
          "-m realm --realm 7": "no",
          "-m realm --realm 7/0xffff": "yes",
          "-m realm ! --realm 7/0xffff": "no",
        },
        packet("udp 198.51.100.7:40000 > 10.9.0.5:80 eth0"),
        { routes },
      );
      check({ "-m realm --realm 0": "yes" });
    });
  });

  describe(`headers, by ${by}`, () => {
    const with6 = (...extensionHeaders: readonly ExtensionHeader[]) => ({
      ...UDP_6,
      extensionHeaders,
    });
    const HOP = { header: 0, length: 8, options: [{ type: 5, length: 2 }] };
    const WAY = {
      header: 43,
      length: 24,
      routing: { type: 0, segmentsLeft: 1, addresses: [BigInt(address("fd00::9"))] },
    };

    it("ecn asks two bits of the TOS and two flags", () => {
      check({ "-m ecn --ecn-ip-ect 2": "yes" }, { ...UDP, tos: 0xb8 | 2 });
      const tcp = packet("tcp 198.51.100.7:40000 > 10.0.0.5:80 eth0", { tcpFlags: 2 | 64 });
      check({ "-p tcp -m ecn --ecn-tcp-ece": "yes", "-p tcp -m ecn --ecn-tcp-cwr": "no" }, tcp);
    });

    it("of IPv6 are asked by kind, length and contents; without one nothing matches", () => {
      check({ "-m hbh --hbh-len 8": "yes", "-m hbh --hbh-opts 5:2": "yes" }, with6(HOP), SIX);
      check({ "-m hbh ! --hbh-len 8": "no", "-m dst": "no" }, with6(HOP), SIX);
      check({ "-m hbh ! --hbh-len 8": "no", "-m rt": "no" }, UDP_6, SIX);
      check({ "-m rt --rt-segsleft 1": "yes", "-m rt --rt-type 4": "no" }, with6(WAY), SIX);
      check({ "-m rt --rt-type 0 --rt-0-addrs fd00::9": "yes" }, with6(WAY), SIX);
      check({ "-m hbh --hbh-opts 5": "?" }, with6({ header: 0, length: 8 }), SIX);
    });

    it("of IPv6 are asked all together, or at least for some", () => {
      check(
        {
          "-m ipv6header --header hop-by-hop,protocol": "yes",
          "-m ipv6header --header protocol": "no",
          "-m ipv6header --header hop-by-hop --soft": "yes",
          "-m ipv6header ! --header ipv6-route --soft": "yes",
        },
        with6(HOP),
        SIX,
      );
    });

    it("a fragment's place and number are asked, its length is not looked at", () => {
      const fragment = { offset: 8, more: true, id: 7 };
      check(
        {
          "-m frag": "yes",
          "-m frag --fragmore --fragid 7": "yes",
          "-m frag --fragfirst": "no",
          "-m frag --fraglast": "no",
          "-m frag ! --fragid 7": "no",
          "-m frag --fraglen 99": "yes",
        },
        { ...UDP_6, fragment },
        SIX,
      );
      check({ "-m frag": "no" }, UDP_6, SIX);
      check({ "-m frag --fragid 7": "?" }, { ...UDP_6, fragment: { offset: 8, more: true } }, SIX);
    });

    it("eui64 holds the source against the sender's own address", () => {
      const sent = packet("udp [fd00::200:ff:fe00:102]:1 > [fd00::5]:2 eth0");
      check({ "-m eui64": "yes" }, { ...sent, sourceMac: "00:00:00:00:01:02" }, SIX);
      check({ "-m eui64": "no" }, { ...sent, sourceMac: "00:00:00:00:01:03" }, SIX);
      check({ "-m eui64": "?" }, sent, SIX);
    });

    it("indices and kinds of messages are asked, where they are given", () => {
      const dccp = packet("dccp 198.51.100.7:1 > 10.0.0.5:80 eth0");
      check({ "-p dccp -m dccp --dport 80": "yes", "-p dccp -m dccp --dccp-types ACK": "?" }, dccp);
      check({ "-p dccp -m dccp --dccp-types ACK": "yes" }, { ...dccp, messageType: 3 });
      const esp = packet("esp 198.51.100.7 > 10.0.0.5 eth0");
      check({ "-p esp -m esp --espspi 1:5": "?" }, esp);
      check({ "-p esp -m esp --espspi 1:5": "yes" }, { ...esp, spi: 3 });
      const ipcomp = packet("ipcomp 198.51.100.7 > 10.0.0.5 eth0", { spi: 3 });
      check({ "-p ipcomp -m ipcomp --ipcompspi 3": "yes", "-p ipcomp -m ipcomp": "no" }, ipcomp);
    });

    it("a fragment's payload is read as a TCP header by a match that does not ask", () => {
      const further = packet("tcp 198.51.100.7 > 10.0.0.5 eth0", {
        fragment: { offset: 16, more: false },
      });
      check({ "-p tcp -m tcpmss --mss 1:2": "?" }, further);
      check({ "-p tcp -m ecn --ecn-tcp-ece": "no" }, { ...further, length: 36 });
    });
  });
}
