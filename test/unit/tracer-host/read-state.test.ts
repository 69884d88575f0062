import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { readConnections } from "../../../tracer/host/read-connections.js";
import { readRecentList, tickRateOf } from "../../../tracer/host/read-recent.js";
import { readSets } from "../../../tracer/host/read-sets.js";
import { readSysctls } from "../../../tracer/host/read-sysctls.js";

const TCP_ENTRY =
  "tcp      6 99 ESTABLISHED src=1.1.1.1 dst=10.96.0.1 sport=5 dport=80 src=10.244.0.5 dst=1.1.1.1 sport=8080 dport=5 [ASSURED] mark=6 use=1";

describe("the readers of the kernel's state", () => {
  it("a translated connection is read with both of its directions", () => {
    const [connection] = readConnections(TCP_ENTRY).value;
    assert.deepEqual(connection?.original, {
      protocol: 6,
      source: 0x01010101,
      destination: 0x0a600001,
      sourcePort: 5,
      destinationPort: 80,
    });
    assert.equal(formatAddress(connection.reply.source), "10.244.0.5");
    assert.equal(connection.reply.sourcePort, 8080);
    assert.equal(connection.tcpState, "ESTABLISHED");
    assert.equal(connection.timeout, 99);
    assert.equal(connection.mark, 6);
    assert.equal(connection.assured, true);
    assert.equal(connection.seenReply, true);
  });

  it("the extended and the /proc form say the same as the plain one", () => {
    const plain = readConnections(TCP_ENTRY).value;
    const extended = readConnections(`ipv4     2 ${TCP_ENTRY} id=2846469286`).value;
    const proc = readConnections(`ipv4     2 ${TCP_ENTRY.replace("use=1", "zone=0 use=2")}`).value;
    assert.deepEqual(extended, plain);
    assert.deepEqual(proc, plain);
  });

  it("an ICMP connection has its id as source port and type and code as destination port", () => {
    const line =
      "icmp     1 99 src=1.1.1.1 dst=2.2.2.2 type=8 code=0 id=77 [UNREPLIED] src=2.2.2.2 dst=1.1.1.1 type=0 code=0 id=77 mark=0 zone=5 use=1";
    const [connection] = readConnections(line).value;
    assert.equal(connection?.original.sourcePort, 77);
    assert.equal(connection.original.destinationPort, 0x800);
    assert.equal(connection.reply.destinationPort, 0);
    assert.equal(connection.seenReply, false);
    assert.equal(connection.zone, 5);
    assert.equal(connection.tcpState, undefined);
  });

  it("counters between the directions do not hide the second one", () => {
    const line =
      "udp      17 20 src=1.1.1.1 dst=2.2.2.2 sport=5 dport=6 packets=1 bytes=30 [UNREPLIED] src=2.2.2.2 dst=1.1.1.1 sport=6 dport=5 packets=0 bytes=0 mark=0 use=1";
    const [connection] = readConnections(line).value;
    assert.equal(connection?.reply.sourcePort, 6);
  });

  it("counters of both directions are what the connection has carried", () => {
    const carried = (there: string, back: string) =>
      readConnections(
        `udp 17 20 src=10.0.1.9 dst=10.96.0.1 sport=4 dport=53 ${there} src=10.0.2.3 dst=10.0.1.9 sport=53 dport=4 ${back} mark=0 use=1`,
      ).value[0]?.carried;
    assert.deepEqual(carried("packets=3 bytes=180", "packets=1 bytes=60"), {
      original: { packets: 3, octets: 180 },
      reply: { packets: 1, octets: 60 },
    });
    assert.equal(carried("", ""), undefined);
  });

  it("a line that is no connection is told with its number, and the others stay", () => {
    const { value, faults } = readConnections(`${TCP_ENTRY}\nnonsense\n${TCP_ENTRY}\n`, "ct.txt");
    assert.equal(value.length, 2);
    assert.deepEqual([faults.length, faults[0]?.at.line, faults[0]?.at.file], [1, 2, "ct.txt"]);
  });

  it("sysctl lines are read in both spellings; what is no number is left out", () => {
    const { value, faults } = readSysctls(
      "net.ipv4.ip_forward = 1\nnet/ipv4/conf/eth0.100/rp_filter=2\nnet.ipv4.ip_local_port_range = 32768\t60999\n# note\nsysctl: permission denied on key\nkernel.hostname = a\n",
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(
      [...value],
      [
        ["net.ipv4.ip_forward", 1],
        ["net.ipv4.conf.eth0/100.rp_filter", 2],
      ],
    );
  });

  it("sets of every kind keep ranges, exceptions, times and what they carry", () => {
    const { value, faults } = readSets(
      [
        "create a hash:ip family inet hashsize 1024 maxelem 65536 timeout 300 bucketsize 12",
        "add a 1.2.4.0 timeout 4",
        "create b hash:net,port family inet counters comment",
        "add b 10.1.0.0/16,udp:1-3 nomatch packets 0 bytes 0",
        'add b 10.0.0.0/8,tcp:80 packets 0 bytes 0 comment "two words"',
        "add b 10.2.0.0/16,icmp:echo-request",
        "create c bitmap:port range 1-1000",
        "add c 80",
        "create e bitmap:ip,mac range 10.0.0.0-10.0.0.255",
        "add e 10.0.0.3,00:11:22:33:44:55",
        "add e 10.0.0.4",
        "create f hash:net,iface family inet",
        "add f 10.9.0.0/16,physdev:eth1",
        "create q hash:ip family inet netmask 24",
        "add q 10.3.4.0",
        "create n hash:ip,port,ip family inet skbinfo",
        "add n 1.1.1.1,tcp:80,2.2.2.2 skbmark 0x10/0xff skbprio 1:10",
        "create t hash:ip,port family inet6",
        "add t fd00::1,ipv6-icmp:echo-request",
        "create i list:set size 8",
        "add i a",
      ].join("\n"),
    );
    assert.deepEqual(faults, []);
    const entries = (name: string): unknown => value.get(name)?.entries.map(({ parts }) => parts);
    assert.equal(value.get("a")?.entries[0]?.timeout, 4);
    assert.equal(value.get("b")?.entries[0]?.nomatch, true);
    assert.deepEqual(entries("b"), [
      [
        { kind: "addresses", min: 0x0a010000, max: 0x0a01ffff },
        { kind: "ports", protocol: 17, min: 1, max: 3 },
      ],
      [
        { kind: "addresses", min: 0x0a000000, max: 0x0affffff },
        { kind: "ports", protocol: 6, min: 80, max: 80 },
      ],
      [
        { kind: "addresses", min: 0x0a020000, max: 0x0a02ffff },
        { kind: "icmp", protocol: 1, type: 8, code: 0 },
      ],
    ]);
    assert.deepEqual(entries("c"), [[{ kind: "ports", protocol: undefined, min: 80, max: 80 }]]);
    assert.equal(value.get("e")?.entries[1]?.parts.length, 1);
    assert.deepEqual(value.get("f")?.entries[0]?.parts[1], {
      kind: "interface",
      name: "eth1",
      physical: true,
    });
    assert.deepEqual(entries("q"), [[{ kind: "addresses", min: 0x0a030400, max: 0x0a0304ff }]]);
    assert.deepEqual(value.get("n")?.entries[0]?.extra, { skbmark: "0x10/0xff", skbprio: "1:10" });
    assert.deepEqual(value.get("t")?.entries[0]?.parts[1], {
      kind: "icmp",
      protocol: 58,
      type: 128,
      code: 0,
    });
    assert.deepEqual(entries("i"), [[{ kind: "set", name: "a" }]]);
  });

  it("a bad element is told with its line; the set keeps the others", () => {
    const { value, faults } = readSets(
      "create a hash:ip,port family inet\nadd a 1.1.1.1\nadd a 1.1.1.1,tcp:80\nadd b 1.1.1.1\n",
    );
    assert.deepEqual(
      faults.map(({ at }) => at.line),
      [2, 4],
    );
    assert.equal(value.get("a")?.entries.length, 1);
  });

  it("ticks of a recent list become times, oldest first, also when the ring has turned", () => {
    const { value } = readRecentList(
      "src=1.2.3.4 ttl: 63 last_seen: 4295407630 oldest_pkt: 1 4295407630, 4295407380, 4295407505\n",
      { ticks: 4295407880, perSecond: 250, now: 1_000_000 },
    );
    assert.deepEqual(value, [
      { address: 0x01020304, ttl: 63, stamps: [998_000, 998_500, 999_000] },
    ]);
  });

  it("the tick rate follows from the counter and the time since the start", () => {
    for (const rate of [100, 250, 300, 1000]) {
      const ticks = 2 ** 32 - 300 * rate + 2061 * rate;
      assert.equal(tickRateOf(ticks, 2061.59), rate);
    }
  });
});
