import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress, parseAddress } from "../../../engine/net/ip.js";
import { formatPrefix } from "../../../engine/net/prefix.js";
import { defaultHost } from "../../../tracer/host/default-host.js";
import { hostOfNodes, type NodeObject } from "../../../tracer/host/from-nodes.js";
import { readHost } from "../../../tracer/host/read-host.js";
import { readSnapshot } from "../../../tracer/host/read-snapshot.js";
import { SNAPSHOT_COMMAND, SNAPSHOT_PARTS, SNAPSHOT_TITLE } from "../../../tracer/host/snapshot.js";
import type { HostState } from "../../../tracer/host/types.js";

const ADDRESSES = JSON.stringify([
  { ifindex: 1, ifname: "lo", flags: ["UP", "LOOPBACK"], addr_info: [] },
  {
    ifindex: 2,
    ifname: "ens3",
    flags: ["UP"],
    addr_info: [{ local: "10.0.0.7", prefixlen: 24, scope: "global" }],
  },
]);

function destinations(host: HostState): readonly string[] {
  return host.routes.value.map(
    ({ table, type, destination, hops }) =>
      `${table} ${type} ${formatPrefix(destination)} ${hops[0]?.device ?? "-"}`,
  );
}

describe("a host of which only the addresses are known", () => {
  const { value: host, faults } = readHost(
    { addresses: { file: "a.json", text: ADDRESSES } },
    defaultHost(),
  );

  it("has given addresses and assumed routes, by the interface that has an address", () => {
    assert.deepEqual(faults, []);
    assert.equal(host.interfaces.kind, "given");
    assert.equal(host.routes.kind, "assumed");
    assert.match(host.routes.because, /ens3/);
    assert.ok(destinations(host).includes("255 local 10.0.0.7/32 ens3"));
    assert.ok(destinations(host).includes("254 unicast 10.0.0.0/24 ens3"));
    assert.ok(destinations(host).includes("254 unicast 0.0.0.0/0 ens3"));
  });

  it("keeps every assumption together with its reason", () => {
    assert.equal(host.connections.kind, "assumed");
    assert.equal(host.recent.kind, "assumed");
    assert.equal(host.routingRules[4].kind, "assumed");
    assert.equal(host.sysctls.get("net.ipv4.ip_forward")?.kind, "assumed");
  });
});

describe("a host whose main table alone is known", () => {
  it("gets its local table from its addresses", () => {
    const routes = JSON.stringify([{ dst: "default", gateway: "10.0.0.1", dev: "ens3" }]);
    const { value: host } = readHost(
      {
        addresses: { file: "a.json", text: ADDRESSES },
        routes: [{ file: "r.json", text: routes }],
      },
      defaultHost(),
    );
    assert.equal(host.routes.kind, "given");
    assert.ok(destinations(host).includes("255 local 10.0.0.7/32 ens3"));
    assert.equal(destinations(host).includes("254 unicast 10.0.0.0/24 ens3"), false);
  });
});

describe("a table of connections", () => {
  it("proves tracking where it has entries, and nothing where it is empty", () => {
    const entry =
      "udp 17 20 src=1.1.1.1 dst=2.2.2.2 sport=5 dport=6 src=2.2.2.2 dst=1.1.1.1 sport=6 dport=5 mark=0 use=1\n";
    const read = (text: string): HostState =>
      readHost({ connections: [{ file: "ct", text }] }, defaultHost()).value;
    assert.deepEqual(read(entry).tracksConnections, { kind: "given", value: true });
    assert.equal(read("").tracksConnections.kind, "assumed");
    assert.equal(read("").connections.kind, "given");
  });
});

describe("a host made from Node objects", () => {
  const node = (name: string, address: string, range: string): NodeObject => ({
    metadata: { name },
    spec: { podCIDR: range, podCIDRs: [range] },
    status: {
      addresses: [
        { type: "InternalIP", address },
        { type: "ExternalIP", address: "203.0.113.7" },
        { type: "Hostname", address: name },
      ],
    },
  });
  const nodes = [node("a", "192.168.0.1", "10.0.0.0/24"), node("b", "192.168.0.2", "10.0.1.0/24")];

  it("has its internal address and its pods' gateway, and reaches other pods by their node", () => {
    const { value: host, faults } = hostOfNodes(nodes, "a");
    assert.deepEqual(faults, []);
    assert.equal(host.name, "a");
    assert.equal(host.interfaces.kind, "assumed");
    const own = host.interfaces.value.map(({ name, addresses }) => [
      name,
      ...addresses.map(({ address }) => formatAddress(address)),
    ]);
    assert.deepEqual(own, [
      ["lo", "127.0.0.1", "::1"],
      ["eth0", "192.168.0.1"],
      ["cni0", "10.0.0.1"],
    ]);
    const toOther = host.routes.value.find(
      ({ destination }) => formatPrefix(destination) === "10.0.1.0/24",
    );
    assert.equal(toOther?.hops[0]?.via, parseAddress("192.168.0.2"));
  });

  it("tells a name that no Node has, and those that there are", () => {
    const { faults } = hostOfNodes(nodes, "c");
    assert.equal(faults[0]?.code, "unknown-node");
    assert.match(faults[0].message, /a, b/);
  });

  it("tells an address or a range that cannot be read", () => {
    const { faults } = hostOfNodes([node("a", "192.168.0.300", "10.0.0.0/33")], "a");
    assert.deepEqual(
      faults.map(({ at }) => at.field),
      ["status.addresses", "spec.podCIDRs"],
    );
  });
});

describe("a snapshot", () => {
  const part = (name: string, output: string, status = 0): string =>
    `=== part ${name}\n${output}=== end ${status}\n`;

  it("is made by one command of one line that holds every part", () => {
    assert.equal(SNAPSHOT_COMMAND.includes("\n"), false);
    assert.equal(SNAPSHOT_COMMAND.split("'").length, 3);
    for (const name of SNAPSHOT_PARTS) assert.ok(SNAPSHOT_COMMAND.includes(`=== part ${name}"`));
  });

  it("keeps line numbers of the file, whichever part a fault is in", () => {
    const text = [
      `${SNAPSHOT_TITLE}\n`,
      part("host", "worker-1\n"),
      part("connections4", "nonsense\n"),
    ].join("");
    const { value, faults } = readSnapshot(text, "node.snapshot", defaultHost());
    assert.equal(value.host.name, "worker-1");
    assert.equal(faults[0]?.at.line, 6);
    assert.equal(faults[0].at.file, "node.snapshot");
  });

  it("leaves as assumed what a command that failed should have told", () => {
    const text = `${SNAPSHOT_TITLE}\n${part("addresses", "ip: not found\n", 127)}`;
    const { value, faults } = readSnapshot(text, "s", defaultHost());
    assert.deepEqual(faults, []);
    assert.equal(value.host.interfaces.kind, "assumed");
  });

  it("takes a plain save only where neither backend has one of its own name", () => {
    const save = "*nat\nCOMMIT\n";
    const both = [`${SNAPSHOT_TITLE}\n`, part("nft4", save), part("save4", save)].join("");
    const plain = [`${SNAPSHOT_TITLE}\n`, part("nft4", "", 127), part("save4", save)].join("");
    const partsOf = (text: string): readonly string[] =>
      readSnapshot(text, "s", defaultHost()).value.rules.map(({ part: name }) => name);
    assert.deepEqual(partsOf(both), ["nft4"]);
    assert.deepEqual(partsOf(plain), ["save4"]);
  });

  it("tells the stamps of recent lists by the kernel's clock", () => {
    const ticks = 2 ** 32 + (2061 - 300) * 250;
    const text = [
      `${SNAPSHOT_TITLE}\n`,
      part("date", "1700000000\n"),
      part("ticks", `now at 2061000000000 nsecs\njiffies: ${ticks}\n`),
      part(
        "recent",
        `/proc/net/xt_recent/KUBE-SEP-A:src=1.2.3.4 ttl: 64 last_seen: ${ticks - 500} oldest_pkt: 1 ${ticks - 500}\n`,
      ),
    ].join("");
    const { value, faults } = readSnapshot(text, "s", defaultHost());
    assert.deepEqual(faults, []);
    assert.deepEqual(value.host.recent.value.get("KUBE-SEP-A"), [
      { address: 0x01020304, ttl: 64, stamps: [1_699_999_998_000] },
    ]);
  });

  it("that breaks off, or is something else, is told", () => {
    const broken = `${SNAPSHOT_TITLE}\n=== part addresses\n[`;
    assert.match(
      readSnapshot(broken, "s", defaultHost()).faults[0]?.message ?? "",
      /breaks off in its part "addresses"/,
    );
    assert.equal(readSnapshot("*nat\n", "s", defaultHost()).faults[0]?.code, "bad-snapshot");
  });
});
