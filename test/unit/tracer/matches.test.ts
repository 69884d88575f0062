import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { given, type HostState, type IpSet, type SetPart } from "../../../tracer/host/types.js";
import { TCP_FLAG_BITS, type Packet } from "../../../tracer/packet/types.js";
import { later, memoryOf } from "../../../tracer/walk/memory.js";
import { formatFraction } from "../../../tracer/odds/fraction.js";
import type { Outcome } from "../../../tracer/walk/walk.js";
import { EVALUATORS } from "../../support/evaluators.js";
import {
  address,
  DEVICES,
  device,
  packet,
  prefix,
  route,
  worldOf,
  type Setting,
} from "../../support/walk.js";

for (const { by, enumerate, trace, next } of EVALUATORS) {
  const FROM = "198.51.100.7";
  const FORWARDED = packet(`tcp ${FROM}:40000 > 10.0.0.5:80 eth0`);

  /** Whether a rule of this condition at mangle FORWARD matches; `?` when that cannot be told. */
  function says(condition: string, sent: Packet = FORWARDED, setting: Setting = {}): string {
    const hook = sent.inInterface === undefined ? "OUTPUT" : "FORWARD";
    const world = worldOf({ mangle: `${hook} ${condition}` }, setting);
    const outcomes = enumerate(world, memoryOf(world.host), sent);
    if (outcomes.length > 1) return "?";
    return outcomes[0]?.path.steps.length === 1 ? "yes" : "no";
  }

  function check(cases: Readonly<Record<string, string>>, sent?: Packet, setting?: Setting): void {
    for (const [condition, answer] of Object.entries(cases)) {
      assert.equal(says(condition, sent, setting), answer, condition);
    }
  }

  describe(`statistic, by ${by}`, () => {
    const odds = (probability: string, not = "") => {
      const rule = `FORWARD -m statistic --mode random ${not} --probability ${probability}`;
      const world = worldOf({ filter: `${rule} -j DROP` });
      const outcomes = enumerate(world, memoryOf(world.host), FORWARDED);
      const dropped = outcomes.filter(({ path }) => path.verdict === "dropped");
      return dropped.map((outcome) => formatFraction(outcome.odds)).join();
    };

    it("random matches in lround(p * 2^31) of 2^31 draws", () => {
      assert.equal(odds("0.5"), "1/2");
      assert.equal(odds("0.3333333333"), "715827883/2147483648");
      assert.equal(odds("0.1"), "214748365/2147483648");
      assert.equal(odds("0.5", "!"), "1/2");
      assert.equal(odds("0.25", "!"), "3/4");
    });

    it("a probability below the grid never matches, one above it always", () => {
      assert.equal(odds("0.0000000001"), "");
      assert.equal(odds("0.99999999977"), "1");
    });

    it("nth matches evaluations p, p+n, ... and belongs to the rule, not the flow", () => {
      const world = worldOf({
        filter: "FORWARD -m statistic --mode nth --every 3 --packet 1 -j DROP",
      });
      let outcome = trace(world, FORWARDED);
      const seen = [outcome.path.verdict];
      for (let port = 1; port < 6; port++) {
        outcome = next(world, outcome, { ...FORWARDED, sourcePort: port });
        seen.push(outcome.path.verdict);
      }
      const drops = seen.map((verdict) => verdict === "dropped");
      assert.deepEqual(drops, [false, true, false, false, true, false]);
    });

    it("nth goes on from the evaluations that the host has seen", () => {
      const rules = { filter: "FORWARD -m statistic --mode nth --every 3 --packet 1 -j DROP" };
      const world = worldOf(rules, { host: { nth: new Map([["filter FORWARD 1", 4]]) } });
      assert.equal(trace(world, FORWARDED).path.verdict, "dropped");
    });
  });

  describe(`addrtype, by ${by}`, () => {
    const typed = (type: string, to: string, setting?: Setting) =>
      says(`-m addrtype --dst-type ${type}`, packet(`udp 10.0.0.1:1 > ${to}:2`), setting);

    it("LOCAL is every address of the node, 127/8 and added local routes", () => {
      const local = { ...route("203.0.113.0/28", "lo"), table: 255, type: "local" } as const;
      const routes = [route("0.0.0.0/0", "eth0"), local];
      for (const own of ["192.0.2.1", "10.0.0.1", "127.0.0.1", "127.9.9.9", "203.0.113.7"]) {
        assert.equal(typed("LOCAL", own, { routes }), "yes", own);
      }
      assert.equal(typed("LOCAL", "203.0.113.99", { routes }), "no");
    });

    it("subnet and limited broadcast are BROADCAST and not LOCAL, multicast is MULTICAST", () => {
      const incoming = (type: string, to: string) => {
        const world = worldOf({ mangle: `PREROUTING -m addrtype --dst-type ${type}` });
        return trace(world, packet(`udp ${FROM}:1 > ${to}:2 eth0`, {})).path.steps.length;
      };
      const devices = DEVICES.map((known) => ({
        ...known,
        addresses: known.addresses.map((own) =>
          own.address === address("192.0.2.1")
            ? { ...own, broadcast: address("192.0.2.255") }
            : own,
        ),
      }));
      const broadcast = { devices };
      assert.equal(typed("BROADCAST", "192.0.2.255", broadcast), "yes");
      assert.equal(typed("LOCAL", "192.0.2.255", broadcast), "no");
      assert.equal(incoming("BROADCAST", "255.255.255.255"), 1);
      assert.equal(incoming("LOCAL", "255.255.255.255"), 0);
      assert.equal(typed("MULTICAST", "224.0.0.9"), "yes");
    });

    it("all else is UNICAST, also what is unroutable or blackholed", () => {
      const hole = { ...route("203.0.113.0/24", "eth0"), type: "blackhole", hops: [] } as const;
      const world = worldOf(
        { mangle: "PREROUTING -m addrtype --dst-type UNICAST" },
        { routes: [hole] },
      );
      for (const to of ["203.0.113.9", "8.8.8.8"]) {
        assert.equal(trace(world, packet(`udp ${FROM}:1 > ${to}:2 eth0`)).path.steps.length, 1);
      }
    });

    it("--limit-iface-in leaves out the addresses of other interfaces", () => {
      const world = worldOf({
        mangle: `INPUT -m addrtype --dst-type LOCAL --limit-iface-in -j MARK --set-xmark 1`,
      });
      const mark = (to: string) =>
        trace(world, packet(`udp ${FROM}:1 > ${to}:2 eth0`)).path.last.mark;
      assert.equal(mark("192.0.2.1"), 1);
      assert.equal(mark("10.0.0.1"), 0);
    });

    it("IPv6 asks the routes: LOCAL for own addresses, UNREACHABLE without a route", () => {
      const typed6 = (type: string, to: string) => {
        const world = worldOf(
          { mangle: `PREROUTING -m addrtype --dst-type ${type}` },
          { family: 6, routes: [] },
        );
        return trace(world, packet(`udp [2001:db8::9]:1 > [${to}]:2 eth0`)).path.steps.length;
      };
      assert.equal(typed6("LOCAL", "fd00::1"), 1);
      assert.equal(typed6("LOCAL", "fd00::5"), 0);
      assert.equal(typed6("UNREACHABLE", "2001:db9::1"), 1);
      assert.equal(typed6("UNICAST", "fd00::5"), 1);
      assert.equal(typed6("MULTICAST", "ff02::1"), 1);
    });
  });

  it("mark compares under the mask with a value that is not masked, so that 0xff/0xf never matches", () => {
    const marked = (mark: number) => ({ ...FORWARDED, mark });
    check({ "-m mark --mark 0x1/0x1": "yes", "-m mark ! --mark 0x1/0x1": "no" }, marked(0x4001));
    check({ "-m mark --mark 0xff/0xf": "no", "-m mark ! --mark 0xff/0xf": "yes" }, marked(0xff));
    check({ "-m mark --mark 0x80000000/0x80000000": "yes" }, marked(0xffffffff));
  });

  describe(`tcp, udp, icmp and their kin, by ${by}`, () => {
    it("flags outside the mask are ignored: SYN|PSH|URG is --syn", () => {
      const { SYN, PSH, URG, ACK } = TCP_FLAG_BITS;
      check({ "-p tcp --syn": "yes" }, { ...FORWARDED, tcpFlags: SYN | PSH | URG });
      check(
        { "-p tcp --syn": "no", "-p tcp ! --syn": "yes" },
        { ...FORWARDED, tcpFlags: SYN | ACK },
      );
      check({ "-p tcp --tcp-flags ALL NONE": "yes" }, { ...FORWARDED, tcpFlags: 0 });
    });

    it("ports are ranges, may be negated, and cannot be told when they are not given", () => {
      check({
        "-p tcp --dport 80": "yes",
        "-p tcp --dport 79:81": "yes",
        "-p tcp ! --dport 80": "no",
        "-p tcp --sport 1:1024": "no",
        "-p udp --dport 80": "no",
        "-p tcp --dport :": "yes",
      });
      const unclear = packet(`tcp ${FROM} > 10.0.0.5:80 eth0`);
      check({ "-p tcp --sport 5": "?", "-p tcp --sport 5 --dport 81": "no" }, unclear);
    });

    it("TCP options are there, are not, or are not given", () => {
      check({ "-p tcp --tcp-option 8": "?" });
      check({ "-p tcp --tcp-option 8": "yes" }, { ...FORWARDED, tcpOptions: [2, 8] });
      check({ "-p tcp ! --tcp-option 8": "yes" }, { ...FORWARDED, tcpOptions: [] });
    });

    it("multiport --ports matches either side; ranges and ! work", () => {
      check({
        "-p tcp -m multiport --dports 22,80": "yes",
        "-p tcp -m multiport --dports 22,70:90": "yes",
        "-p tcp -m multiport ! --dports 22,80": "no",
        "-p tcp -m multiport --sports 80": "no",
        "-p tcp -m multiport --ports 40000,9": "yes",
        "-p tcp -m multiport --ports 80": "yes",
        "-p tcp -m multiport --ports 81": "no",
      });
    });

    it("ICMP types and codes", () => {
      const echo = packet(`icmp ${FROM} > 10.0.0.5 eth0`);
      const port = packet(`icmp ${FROM} > 10.0.0.5 eth0`, { icmpType: 3, icmpCode: 3 });
      check({ "-p icmp --icmp-type echo-request": "yes", "-p icmp --icmp-type any": "yes" }, echo);
      check({ "-p icmp --icmp-type 3/3": "yes", "-p icmp --icmp-type 3/1": "no" }, port);
      check({ "-p icmp ! --icmp-type 3": "no", "-p icmp --icmp-type 3": "yes" }, port);
    });

    it("SCTP chunks: any, all, only", () => {
      const sctp = packet(`sctp ${FROM}:1 > 10.0.0.5:2 eth0`, { sctpChunks: [10, 0] });
      check(
        {
          "-p sctp --chunk-types any DATA": "yes",
          "-p sctp --chunk-types all DATA,COOKIE_ECHO": "yes",
          "-p sctp --chunk-types all DATA,INIT": "no",
          "-p sctp --chunk-types only DATA": "no",
          "-p sctp --chunk-types only DATA,COOKIE_ECHO,INIT": "yes",
          "-p sctp ! --chunk-types any INIT": "yes",
          "-p sctp --dport 2": "yes",
        },
        sctp,
      );
    });

    it("tcpmss, length, ttl, tos and dscp look at their fields", () => {
      const sent = { ...FORWARDED, tcpMss: 1460, length: 60, tos: 0xb8 };
      check(
        {
          "-p tcp -m tcpmss --mss 1400:1500": "yes",
          "-m length --length 0:59": "no",
          "-m length --length 60": "yes",
          "-m ttl --ttl-eq 63": "yes",
          "-m ttl --ttl-lt 63": "no",
          "-m ttl --ttl-gt 62": "yes",
          "-m dscp --dscp 0x2e": "yes",
          "-m tos --tos 0x08/0x08": "yes",
          "-m tos ! --tos 0x08/0x08": "no",
        },
        sent,
      );
      check({ "-m length --length 60": "?", "-p tcp -m tcpmss --mss 1:2": "?" });
      check({ "-p tcp -m tcpmss ! --mss 1:2": "yes" }, { ...FORWARDED, tcpMss: undefined });
    });

    it("iprange, mac, pkttype", () => {
      check({
        "-m iprange --src-range 198.51.100.1-198.51.100.9": "yes",
        "-m iprange ! --dst-range 10.0.0.1-10.0.0.9": "no",
        "-m mac --mac-source 02:00:00:00:00:01": "?",
        "-m pkttype --pkt-type unicast": "yes",
      });
      const from = { ...FORWARDED, sourceMac: "02:00:00:00:00:01" };
      check({ "-m mac --mac-source 02:00:00:00:00:01": "yes" }, from);
      check({ "-m mac ! --mac-source 02:00:00:00:00:01": "no" }, from);
    });

    it("u32 reads the header as far as it is known", () => {
      check({
        // protocol at octet 9, destination at 16, ports after a header of twenty octets
        "-m u32 --u32 0x6&0xff=0x6": "yes",
        "-m u32 --u32 0x10=0xa000005": "yes",
        "-m u32 --u32 0x0>>0x16&0x3c@0x0&0xffff=0x50": "yes",
        "-m u32 --u32 0x0>>0x16&0x3c@0x4=0x1": "?",
      });
    });

    it("ah and esp compare their SPI", () => {
      const esp = packet(`50 ${FROM} > 10.0.0.5 eth0`, { spi: 500 });
      check({ "-p esp -m esp --espspi 500": "yes", "-p esp -m esp ! --espspi 1:9": "yes" }, esp);
    });
  });

  describe(`owner and cgroup, by ${by}`, () => {
    const own = packet("udp 10.0.0.1:1 > 10.0.0.5:80", {
      sender: { uid: 1000, gid: 100, groups: [5, 6] },
    });

    it("tell who made a local packet", () => {
      check(
        {
          "-m owner --uid-owner 1000": "yes",
          "-m owner ! --uid-owner 0-999": "yes",
          "-m owner --gid-owner 5": "no",
          "-m owner --gid-owner 5 --suppl-groups": "yes",
          "-m owner --socket-exists": "yes",
        },
        own,
      );
      check(
        { "-m owner --uid-owner 1000": "?", "-m cgroup --cgroup 1": "?" },
        packet("udp 10.0.0.1:1 > 10.0.0.5:80"),
      );
    });

    it("a packet that nobody's socket sent matches only what is negated", () => {
      const through = (condition: string) => {
        const world = worldOf({ mangle: `POSTROUTING ${condition}` });
        return trace(world, FORWARDED).path.steps.length === 1;
      };
      assert.ok(!through("-m owner --uid-owner 0"));
      assert.ok(through("-m owner ! --uid-owner 0"));
      assert.ok(!through("-m cgroup ! --cgroup 1"));
    });
  });

  describe(`conntrack, by ${by}`, () => {
    const DNAT = "PREROUTING -d 192.0.2.1 -p tcp -j DNAT --to-destination 10.0.0.5:8080";
    const toNode = packet(`tcp ${FROM}:40000 > 192.0.2.1:80 eth0`);
    const seen = (nat: string, condition: string, sent = toNode) =>
      trace(worldOf({ nat, mangle: `FORWARD -m conntrack ${condition}` }), sent).path.steps.some(
        ({ table }) => table === "mangle",
      );

    it("DNAT means that the tuple was really changed, also in its port alone", () => {
      assert.ok(seen(DNAT, "--ctstate DNAT"));
      const same = "PREROUTING -j DNAT --to-destination 10.0.0.5";
      assert.ok(!seen(same, "--ctstate DNAT", FORWARDED));
      const port = "PREROUTING -p tcp -j DNAT --to-destination :8080";
      assert.ok(seen(port, "--ctstate DNAT", FORWARDED));
    });

    it("SNAT is not yet known in FORWARD of packet 1, and is in that of packet 2", () => {
      const nat = `${DNAT}\nPOSTROUTING -d 10.0.0.5 -j MASQUERADE`;
      const world = worldOf({ nat, mangle: "FORWARD -m conntrack --ctstate SNAT" });
      const first = trace(world, toNode);
      assert.ok(!first.path.steps.some(({ table }) => table === "mangle"));
      const second = next(world, first, toNode);
      assert.ok(second.path.steps.some(({ table }) => table === "mangle"));
    });

    it("ctorigdst and its port are those before DNAT; ctreplsrc is the endpoint", () => {
      const holding = [
        "--ctorigdst 192.0.2.1",
        "--ctorigdstport 80",
        "--ctreplsrc 10.0.0.5",
        "--ctreplsrcport 8080",
        "--ctrepldst 198.51.100.7",
        "--ctproto tcp",
        "--ctdir ORIGINAL",
        "! --ctorigdst 10.0.0.0/8",
        "--ctstate NEW --ctorigsrcport 40000",
      ];
      for (const condition of holding) assert.ok(seen(DNAT, condition), condition);
      for (const condition of ["--ctorigdstport 8080", "--ctdir REPLY", "--ctstatus CONFIRMED"]) {
        assert.ok(!seen(DNAT, condition), condition);
      }
    });

    it("of a packet without connection only the state counts", () => {
      const invalid = { ...FORWARDED, tcpFlags: TCP_FLAG_BITS.RST };
      check(
        {
          "-m conntrack --ctstate INVALID --ctproto 17": "yes",
          "-m conntrack --ctproto 6": "no",
          "-m conntrack ! --ctproto 6": "no",
          "-m state --state INVALID": "yes",
          "-m state ! --state NEW": "yes",
          "-m conntrack --ctstate INVALID -m connmark ! --mark 1": "no",
        },
        invalid,
      );
    });
  });

  describe(`recent, by ${by}`, () => {
    const list = "--name a --rsource";
    const from = (last: number) => packet(`udp 198.51.100.${last}:1 > 10.0.0.5:80 eth0`);
    const after = (outcome: Outcome, seconds: number): Outcome => ({
      ...outcome,
      memory: later(outcome.memory, seconds * 1000),
    });
    const hit = (outcome: Outcome, rule = 1) =>
      outcome.path.steps.some((step) => step.table === "filter" && step.rule === rule);

    it("--rcheck matches within its seconds, and does not refresh", () => {
      const world = worldOf({
        filter: `FORWARD -m recent --rcheck --seconds 10 ${list} -j ACCEPT
        FORWARD -m recent --set ${list}`,
      });
      const first = trace(world, from(1));
      assert.ok(!hit(first));
      assert.ok(hit(next(world, after(first, 10), from(1))));
      assert.ok(!hit(next(world, after(first, 11), from(1))));
      const checked = next(world, after(first, 6), from(1));
      assert.ok(!hit(next(world, after(checked, 6), from(1))));
      assert.ok(!hit(next(world, first, from(2))));
    });

    it("--update refreshes when it matches", () => {
      const world = worldOf({
        filter: `FORWARD -m recent --update --seconds 10 ${list} -j ACCEPT
        FORWARD -m recent --set ${list}`,
      });
      const again = next(world, after(trace(world, from(1)), 6), from(1));
      assert.ok(hit(next(world, after(again, 6), from(1))));
    });

    it("--remove matches only what is there; --set always matches", () => {
      const world = worldOf({
        filter: `FORWARD -m recent --remove ${list}
        FORWARD -m recent --set ${list}`,
      });
      const first = trace(world, from(1));
      assert.ok(!hit(first) && hit(first, 2));
      assert.ok(hit(next(world, first, from(1))));
    });

    it("--hitcount needs that many stamps within the seconds", () => {
      const world = worldOf({
        filter: `FORWARD -m recent --set ${list}
        FORWARD -m recent --rcheck --seconds 60 --hitcount 3 ${list} -j DROP`,
      });
      const first = trace(world, from(1));
      const second = next(world, after(first, 30), from(1));
      assert.equal(second.path.verdict, "forwarded");
      assert.equal(next(world, after(second, 29), from(1)).path.verdict, "dropped");
      assert.equal(next(world, after(second, 31), from(1)).path.verdict, "forwarded");
    });

    it("a table holds 100 sources; the one not seen for longest goes", () => {
      const world = worldOf({
        filter: `FORWARD -m recent --rcheck ${list} -j ACCEPT
        FORWARD -m recent --set ${list}`,
      });
      let outcome = trace(world, from(0));
      for (let source = 1; source <= 100; source++) outcome = next(world, outcome, from(source));
      assert.ok(!hit(next(world, outcome, from(0))));
      assert.ok(hit(next(world, outcome, from(1))));
    });

    it("--reap takes off the oldest entry once it is over", () => {
      const world = worldOf({
        filter: `FORWARD -m recent --rcheck --seconds 10 --reap ${list} -j ACCEPT
        FORWARD -p tcp -j ACCEPT
        FORWARD -m recent --set ${list}`,
      });
      const first = trace(world, from(1));
      const late = next(world, after(first, 20), packet("tcp 198.51.100.1:1 > 10.0.0.5:80 eth0"));
      assert.deepEqual(late.memory.recent.get("a"), []);
    });
  });

  describe(`limits, by ${by}`, () => {
    it("limit is a bucket that is full at first and fills at the rate", () => {
      const rules = {
        filter: "FORWARD -m limit --limit 1/sec --limit-burst 2 -j ACCEPT\nFORWARD -j DROP",
      };
      const world = worldOf(rules);
      const send = (before: Outcome, ms: number) =>
        next(world, { ...before, memory: later(before.memory, ms) }, FORWARDED);
      const first = trace(world, FORWARDED);
      const second = send(first, 0);
      const third = send(second, 0);
      const verdicts = [first, second, third, send(third, 999), send(third, 1000)];
      assert.deepEqual(
        verdicts.map(({ path }) => path.verdict),
        ["forwarded", "forwarded", "dropped", "dropped", "forwarded"],
      );
      assert.ok(first.path.assumptions.some(({ what }) => what.includes("not used up")));
    });

    it("hashlimit has a bucket for each source", () => {
      const limit =
        "--hashlimit-upto 1/min --hashlimit-burst 1 --hashlimit-mode srcip --hashlimit-name h";
      const world = worldOf({ filter: `FORWARD -m hashlimit ${limit} -j ACCEPT\nFORWARD -j DROP` });
      const first = trace(world, FORWARDED);
      assert.equal(first.path.verdict, "forwarded");
      assert.equal(next(world, first, FORWARDED).path.verdict, "dropped");
      const other = packet("tcp 198.51.100.8:1 > 10.0.0.5:80 eth0");
      assert.equal(next(world, first, other).path.verdict, "forwarded");
    });

    it("connlimit counts the source's connections, this one included", () => {
      const rule = "FORWARD -m connlimit --connlimit-above 2 -j DROP";
      const world = worldOf({ filter: rule });
      const send = (before: Outcome, port: number) =>
        next(world, before, { ...FORWARDED, sourcePort: port });
      const second = send(trace(world, FORWARDED), 2);
      assert.equal(second.path.verdict, "forwarded");
      assert.equal(send(second, 3).path.verdict, "dropped");
    });

    it("time compares the host's clock", () => {
      const at = (text: string): Setting => ({ host: { now: given(Date.parse(text)) } });
      const day = at("2026-11-22T12:30:00Z");
      check(
        {
          "-m time --timestart 12:00 --timestop 13:00": "yes",
          "-m time --timestart 22:00 --timestop 06:00": "no",
          "-m time --weekdays Sun": "yes",
          "-m time --weekdays Mon,Tue": "no",
          "-m time --monthdays 22": "yes",
          "-m time --datestart 2026-11-23": "no",
        },
        FORWARDED,
        day,
      );
      check(
        { "-m time --timestart 22:00 --timestop 06:00": "yes" },
        FORWARDED,
        at("2026-11-22T23:00:00Z"),
      );
    });
  });

  describe(`set, by ${by}`, () => {
    const set = (
      dimensions: IpSet["dimensions"],
      entries: readonly (readonly SetPart[])[],
      nomatch = -1,
    ): IpSet => ({
      name: "s",
      type: `hash:${dimensions.join(",")}`,
      dimensions,
      family: 4,
      markMask: 0xffffffff,
      entries: entries.map((parts, at) => ({
        parts,
        nomatch: at === nomatch,
        timeout: undefined,
        extra: {},
      })),
    });
    const net = (text: string): SetPart => {
      const { address: low, mask } = prefix(text);
      const min = Number(low);
      return { kind: "addresses", min, max: min + (0xffffffff - Number(mask)) };
    };
    const withSet = (given_: IpSet): Setting => ({
      host: { sets: new Map([["s", given_]]) } satisfies Partial<HostState>,
    });

    it("dst,dst is destination address and port with protocol", () => {
      const port: SetPart = { kind: "ports", protocol: 6, min: 80, max: 80 };
      const setting = withSet(set(["ip", "port"], [[net("10.0.0.5/32"), port]]));
      check(
        { "-m set --match-set s dst,dst": "yes", "-m set --match-set s src,dst": "no" },
        FORWARDED,
        setting,
      );
      const udp = packet(`udp ${FROM}:1 > 10.0.0.5:80 eth0`);
      check({ "-m set --match-set s dst,dst": "no" }, udp, setting);
    });

    it("nomatch entries are honoured", () => {
      const nets = [[net("10.0.0.0/8")], [net("10.0.0.0/24")]];
      check({ "-m set --match-set s dst": "no" }, FORWARDED, withSet(set(["net"], nets, 1)));
      check({ "-m set --match-set s dst": "yes" }, FORWARDED, withSet(set(["net"], nets)));
      check({ "-m set ! --match-set s dst": "no" }, FORWARDED, withSet(set(["net"], nets)));
    });

    it("a set that is not given is unknown, and one answer holds for all its rules", () => {
      const world = worldOf({
        filter:
          "FORWARD -m set --match-set x src -j MARK --set-xmark 1\nFORWARD -m set --match-set x src -j DROP",
      });
      const outcomes = enumerate(world, memoryOf(world.host), FORWARDED);
      assert.deepEqual(
        outcomes.map(({ path }) => [path.verdict, path.last.mark]),
        [
          ["dropped", 1],
          ["forwarded", 0],
        ],
      );
      assert.match(
        outcomes[0]?.path.conditions[0]?.what ?? "",
        /-m set --match-set x src at filter FORWARD rule 1/,
      );
    });

    it("what the user states is believed", () => {
      const rules = { filter: "FORWARD -m set --match-set x src -j DROP" };
      const told = (name: string | undefined, holds: boolean) =>
        trace(worldOf(rules, { statements: [{ kind: "set", name, holds }] }), FORWARDED).path
          .verdict;
      assert.equal(told("x", true), "dropped");
      assert.equal(told(undefined, false), "forwarded");
      const rule = { kind: "rule", name: "filter/FORWARD/1", holds: true };
      assert.equal(
        trace(worldOf(rules, { statements: [rule] }), FORWARDED).path.verdict,
        "dropped",
      );
    });

    it("SET rules change what later packets find", () => {
      const rules = {
        filter: `FORWARD -m set --match-set s src -j DROP
        FORWARD -j SET --add-set s src`,
      };
      const world = worldOf(rules, withSet(set(["ip"], [])));
      const first = trace(world, FORWARDED);
      assert.equal(first.path.verdict, "forwarded");
      assert.equal(next(world, first, FORWARDED).path.verdict, "dropped");
    });
  });

  describe(`what cannot be told, by ${by}`, () => {
    it("is asked both ways: payload, BPF programs, sockets, IP virtual servers", () => {
      check({
        '-m string --string "x" --algo bm': "?",
        '-m bpf --bytecode "1,6 0 0 1"': "?",
        "-m ipvs --ipvs": "?",
      });
    });

    it("a condition that fails for sure decides beside one that is unknown", () => {
      check({ '-p tcp --dport 81 -m string --string "x" --algo bm': "no" });
    });

    it("IPsec is taken not to be there, and said so", () => {
      const world = worldOf({ filter: "FORWARD -m policy --dir in --pol ipsec -j DROP" });
      const { path } = trace(world, FORWARDED);
      assert.equal(path.verdict, "forwarded");
      assert.ok(path.assumptions.some(({ what }) => what.includes("IPsec")));
    });
  });

  it("rpfilter asks whether the way back is by the incoming interface", () => {
    const devices = [...DEVICES, device("eth1 198.18.0.1/24", 4)];
    const world = worldOf({ raw: "PREROUTING -m rpfilter --invert -j DROP" }, { devices });
    const good = packet("udp 198.18.0.9:1 > 10.0.0.5:2 eth1");
    const spoofed = packet("udp 198.18.0.9:1 > 10.0.0.5:2 eth0");
    assert.equal(trace(world, good).path.verdict, "forwarded");
    assert.equal(trace(world, spoofed).path.verdict, "dropped");
  });
}
