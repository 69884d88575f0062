import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { EVALUATORS } from "../../support/evaluators.js";
import {
  DEVICES,
  device,
  packet,
  route,
  stepsOf,
  via,
  visitsOf,
  worldOf,
  type RulesText,
} from "../../support/walk.js";

for (const { by, trace } of EVALUATORS) {
  const EVERY_TABLE: RulesText = {
    raw: "",
    mangle: "",
    nat: "POSTROUTING -s 203.0.113.0/24 -j MASQUERADE",
    filter: "",
    security: "",
  };
  const OUTSIDE = "tcp 198.51.100.7:40000 >";

  describe(`hooks and tables in kernel order, by ${by}`, () => {
    it("a forwarded packet passes raw, mangle, nat; mangle, filter, security; mangle, nat", () => {
      const sent = packet(`${OUTSIDE} 10.0.0.5:80 eth0`);
      assert.deepEqual(visitsOf(trace(worldOf(EVERY_TABLE), sent)), [
        "raw PREROUTING",
        "mangle PREROUTING",
        "nat PREROUTING",
        "mangle FORWARD",
        "filter FORWARD",
        "security FORWARD",
        "mangle POSTROUTING",
        "nat POSTROUTING",
      ]);
    });

    it("a packet to the node passes mangle, filter, security and nat INPUT", () => {
      const outcome = trace(worldOf(EVERY_TABLE), packet(`${OUTSIDE} 192.0.2.1:80 eth0`));
      assert.equal(outcome.path.verdict, "delivered");
      assert.deepEqual(visitsOf(outcome).slice(3), [
        "mangle INPUT",
        "filter INPUT",
        "security INPUT",
        "nat INPUT",
      ]);
    });

    it("a packet of the node passes raw, mangle, nat, filter OUTPUT and POSTROUTING", () => {
      const outcome = trace(worldOf(EVERY_TABLE), packet("tcp 192.0.2.1:40000 > 203.0.113.9:80"));
      assert.equal(outcome.path.verdict, "sent");
      assert.equal(outcome.path.out, "eth0");
      assert.deepEqual(visitsOf(outcome), [
        "raw OUTPUT",
        "mangle OUTPUT",
        "nat OUTPUT",
        "filter OUTPUT",
        "security OUTPUT",
        "mangle POSTROUTING",
        "nat POSTROUTING",
      ]);
    });

    it("a packet to oneself goes out and comes in again without a second visit to nat", () => {
      for (const to of ["192.0.2.1", "127.0.0.1"]) {
        const outcome = trace(worldOf(EVERY_TABLE), packet(`tcp ${to}:40000 > ${to}:80`));
        assert.equal(outcome.path.verdict, "delivered");
        assert.deepEqual(visitsOf(outcome).slice(7), [
          "raw PREROUTING",
          "mangle PREROUTING",
          "mangle INPUT",
          "filter INPUT",
          "security INPUT",
        ]);
      }
    });

    it("mark and connection survive the loopback interface", () => {
      const rules = {
        raw: "PREROUTING -i lo -m conntrack --ctstate NEW -j MARK --set-xmark 0x2/0x2",
        mangle: "OUTPUT -j MARK --set-xmark 0x1/0x1",
      };
      const outcome = trace(worldOf(rules), packet("tcp 127.0.0.1:40000 > 127.0.0.1:80"));
      assert.equal(outcome.path.last.mark, 3);
    });

    it("ACCEPT ends only its table at its hook, DROP ends everything", () => {
      const rules = {
        mangle: "FORWARD -j ACCEPT\nFORWARD -j DROP",
        filter: "FORWARD -p udp -j DROP",
        security: "FORWARD -j DROP",
      };
      const tcp = trace(worldOf(rules), packet(`${OUTSIDE} 10.0.0.5:80 eth0`));
      assert.equal(tcp.path.because, "security FORWARD rule 1 (DROP)");
      const udp = trace(worldOf(rules), packet("udp 198.51.100.7:9 > 10.0.0.5:80 eth0"));
      assert.equal(udp.path.because, "filter FORWARD rule 1 (DROP)");
      assert.deepEqual(stepsOf(udp), ["mangle FORWARD 1 ACCEPT", "filter FORWARD 1 DROP"]);
    });
  });

  describe(`routing, by ${by}`, () => {
    it("uses the destination after DNAT: a packet to the node may be forwarded", () => {
      const rules = { nat: "PREROUTING -d 192.0.2.1 -j DNAT --to-destination 10.0.0.5" };
      const { path } = trace(worldOf(rules), packet(`${OUTSIDE} 192.0.2.1:80 eth0`));
      assert.equal(path.verdict, "forwarded");
      assert.equal(path.out, "cni0");
    });

    it("uses the destination after DNAT: a packet to elsewhere may be delivered", () => {
      const rules = { nat: "PREROUTING -d 10.0.0.5 -j DNAT --to-destination 192.0.2.1" };
      const { path } = trace(worldOf(rules), packet(`${OUTSIDE} 10.0.0.5:80 eth0`));
      assert.equal(path.verdict, "delivered");
    });

    it("OUTPUT DNAT routes again: filter OUTPUT sees the old interface, POSTROUTING the new", () => {
      const rules = {
        nat: "OUTPUT -d 203.0.113.9 -j DNAT --to-destination 10.0.0.5",
        filter: "OUTPUT -o cni0\nOUTPUT -o eth0",
        mangle: "POSTROUTING -o cni0\nPOSTROUTING -o eth0",
      };
      const outcome = trace(worldOf(rules), packet("tcp 192.0.2.1:40000 > 203.0.113.9:80"));
      assert.equal(outcome.path.out, "cni0");
      assert.equal(formatAddress(outcome.path.last.source), "192.0.2.1");
      assert.deepEqual(stepsOf(outcome).slice(1), ["filter OUTPUT 2", "mangle POSTROUTING 1"]);
    });

    const marked = {
      devices: [...DEVICES, device("eth1 198.18.0.1/24", 4)],
      routes: [
        route("0.0.0.0/0", "eth0", via("192.0.2.254", "eth0")),
        route("0.0.0.0/0", "eth1", { ...via("198.18.0.254", "eth1"), table: 100 }),
      ],
    };
    const setting = (base: RulesText) => {
      const world = worldOf(base, marked);
      const rule = {
        priority: 100,
        not: false,
        from: undefined,
        to: undefined,
        inInterface: undefined,
        outInterface: undefined,
        mark: { value: 1, mask: 1 },
        tos: undefined,
        protocol: undefined,
        sourcePorts: undefined,
        destinationPorts: undefined,
        uids: undefined,
        action: { kind: "lookup", table: 100 },
        suppressPrefixLength: undefined,
      } as const;
      const { routingRules } = world.host;
      const rules = { kind: "given", value: [rule, ...routingRules[4].value] } as const;
      return { ...world, host: { ...world.host, routingRules: { ...routingRules, 4: rules } } };
    };
    const outOf = (rules: RulesText, sent: string) => trace(setting(rules), packet(sent)).path.out;
    const elsewhere = "tcp 10.0.0.5:40000 > 203.0.113.9:80 cni0";

    it("a mark routes when it is set in any table at PREROUTING, not in FORWARD or POSTROUTING", () => {
      const mark = "-j MARK --set-xmark 0x1/0x1";
      assert.equal(outOf({ raw: `PREROUTING ${mark}` }, elsewhere), "eth1");
      assert.equal(outOf({ mangle: `PREROUTING ${mark}` }, elsewhere), "eth1");
      const nat = `PREROUTING ${mark}\nPOSTROUTING -s 1.1.1.1 -j MASQUERADE`;
      assert.equal(outOf({ nat }, elsewhere), "eth1");
      assert.equal(outOf({ mangle: `FORWARD ${mark}\nPOSTROUTING ${mark}` }, elsewhere), "eth0");
    });

    it("in OUTPUT only mangle's mark routes again, and nat's together with DNAT", () => {
      const mark = "OUTPUT -j MARK --set-xmark 0x1/0x1";
      const own = "tcp 192.0.2.1:40000 > 203.0.113.9:80";
      assert.equal(outOf({ mangle: mark }, own), "eth1");
      assert.equal(outOf({ raw: mark }, own), "eth0");
      assert.equal(outOf({ filter: mark }, own), "eth0");
      const nat = `${mark}\nPOSTROUTING -s 1.1.1.1 -j MASQUERADE`;
      assert.equal(outOf({ nat }, own), "eth0");
      const both = `${mark}\nOUTPUT -j DNAT --to-destination 203.0.113.10`;
      assert.equal(outOf({ nat: both }, own), "eth1");
    });

    it("no route at send time: no hook is visited and the sender gets ENETUNREACH", () => {
      const world = worldOf(EVERY_TABLE, { routes: [] });
      const outcome = trace(world, packet("tcp 192.0.2.1:40000 > 203.0.113.9:80"));
      assert.equal(outcome.path.verdict, "unrouted");
      assert.equal(outcome.path.error, "ENETUNREACH");
      assert.deepEqual(visitsOf(outcome), []);
    });

    it("time to live 1 or no route after PREROUTING: an ICMP error, and FORWARD is not visited", () => {
      const world = worldOf(EVERY_TABLE, { routes: [] });
      const expired = trace(world, packet(`${OUTSIDE} 10.0.0.5:80 eth0`, { ttl: 1 }));
      assert.equal(expired.path.verdict, "dropped");
      assert.equal(expired.path.with, "icmp-time-exceeded");
      assert.equal(visitsOf(expired).length, 3);
      const lost = trace(world, packet(`tcp 10.0.0.5:40000 > 203.0.113.9:80 cni0`));
      assert.equal(lost.path.verdict, "unrouted");
      assert.equal(lost.path.with, "icmp-net-unreachable");
      assert.equal(visitsOf(lost).length, 3);
    });

    it("time to live 1 is enough to reach the node itself", () => {
      const sent = packet(`${OUTSIDE} 192.0.2.1:80 eth0`, { ttl: 1 });
      assert.equal(trace(worldOf({}), sent).path.verdict, "delivered");
    });

    it("routes that refuse tell the sender how", () => {
      const refusal = (type: "blackhole" | "unreachable" | "prohibit") => {
        const routes = [{ ...route("203.0.113.0/24", "eth0"), type, hops: [] }];
        return trace(worldOf({}, { routes }), packet("tcp 10.0.0.5:4 > 203.0.113.9:80 cni0")).path;
      };
      assert.equal(refusal("blackhole").with, undefined);
      assert.equal(refusal("unreachable").with, "icmp-host-unreachable");
      assert.equal(refusal("prohibit").with, "icmp-admin-prohibited");
    });

    it("a node that does not forward drops without a word", () => {
      const world = worldOf({}, { sysctls: { "net.ipv4.ip_forward": 0 } });
      const { path } = trace(world, packet(`${OUTSIDE} 10.0.0.5:80 eth0`));
      assert.equal(path.verdict, "dropped");
      assert.equal(path.with, undefined);
    });
  });

  describe(`martians, by ${by}`, () => {
    const cases: readonly (readonly [from: string, to: string, why: RegExp])[] = [
      ["192.0.2.1", "10.0.0.5", /own|itself/],
      ["0.0.0.0", "10.0.0.5", /0\.0\.0\.0/],
      ["224.0.0.5", "10.0.0.5", /multicast/],
      ["255.255.255.255", "10.0.0.5", /broadcast/],
      ["127.0.0.1", "10.0.0.5", /127/],
      ["198.51.100.7", "127.0.0.1", /127/],
    ];
    for (const [from, to, why] of cases) {
      it(`${from} to ${to} passes all of PREROUTING, then drops`, () => {
        const outcome = trace(worldOf(EVERY_TABLE), packet(`udp ${from}:5 > ${to}:80 eth0`));
        assert.equal(outcome.path.verdict, "dropped");
        assert.match(outcome.path.because, why);
        assert.deepEqual(visitsOf(outcome), [
          "raw PREROUTING",
          "mangle PREROUTING",
          "nat PREROUTING",
        ]);
      });
    }

    it("strict rp_filter drops a source that is routed elsewhere; loose one that is not routed", () => {
      const sent = packet("udp 10.0.0.7:5 > 192.0.2.1:80 eth0");
      const rp = (value: number) => ({ sysctls: { "net.ipv4.conf.all.rp_filter": value } });
      assert.equal(trace(worldOf({}, rp(0)), sent).path.verdict, "delivered");
      assert.match(trace(worldOf({}, rp(1)), sent).path.because, /rp_filter/);
      assert.equal(trace(worldOf({}, rp(2)), sent).path.verdict, "delivered");
      const alone = worldOf({}, { ...rp(2), routes: [] });
      const stranger = packet(`udp 198.51.100.7:5 > 192.0.2.1:80 eth0`);
      assert.match(trace(alone, stranger).path.because, /rp_filter/);
    });
  });

  describe(`route_localnet, by ${by}`, () => {
    const on = { sysctls: { "net.ipv4.conf.all.route_localnet": 1 } };
    const toLoopback = { nat: "PREROUTING -p tcp --dport 80 -j DNAT --to-destination 127.0.0.1" };

    it("lets packets to 127.0.0.0/8 and DNAT to it in from outside", () => {
      const direct = packet("tcp 198.51.100.7:5 > 127.0.0.1:80 eth0");
      const translated = packet("tcp 198.51.100.7:5 > 192.0.2.1:80 eth0");
      assert.equal(trace(worldOf({}, on), direct).path.verdict, "delivered");
      assert.equal(trace(worldOf(toLoopback, on), translated).path.verdict, "delivered");
      assert.equal(trace(worldOf(toLoopback), translated).path.verdict, "dropped");
    });

    it("lets packets from 127.0.0.1 out to a pod, which fail with EINVAL without it", () => {
      const rules = { nat: "OUTPUT -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5" };
      const sent = packet("tcp 127.0.0.1:40000 > 127.0.0.1:80");
      assert.equal(trace(worldOf(rules, on), sent).path.out, "cni0");
      const { path } = trace(worldOf(rules), sent);
      assert.equal(path.verdict, "unrouted");
      assert.equal(path.error, "EINVAL");
    });

    it("is not asked for ::1 to a pod, which leaves", () => {
      const rules = { nat: "OUTPUT -p tcp --dport 80 -j DNAT --to-destination fd00::5" };
      const world = worldOf(rules, { family: 6 });
      assert.equal(trace(world, packet("tcp [::1]:40000 > [::1]:80")).path.out, "cni0");
    });
  });
}
