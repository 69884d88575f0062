import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { formatPrefix } from "../../../engine/net/prefix.js";
import { defaultHost } from "../../../tracer/host/default-host.js";
import { readAddresses } from "../../../tracer/host/read-addresses.js";
import { readRoutes } from "../../../tracer/host/read-routes.js";
import { readSnapshot, type Snapshot } from "../../../tracer/host/read-snapshot.js";
import { routesOfAddresses } from "../../../tracer/host/routes.js";
import { SNAPSHOT_COMMAND } from "../../../tracer/host/snapshot.js";
import type { Route } from "../../../tracer/host/types.js";
import { KernelNode } from "../../support/kernel/node.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";

const RULES = [
  "*nat",
  "-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 80 -j DNAT --to-destination 10.244.0.5:8080",
  "COMMIT",
  "*filter",
  "-A FORWARD -m recent --name seen --set",
  "-A FORWARD -m set --match-set blocked src -j DROP",
  "COMMIT",
  "",
].join("\n");

describe("what a node tells of itself", { skip: skipWithoutKernel() }, () => {
  let node: KernelNode;
  before(async () => {
    node = await KernelNode.create({
      ...NODE_TOPOLOGY,
      quiet: false,
      setup: [
        ...NODE_TOPOLOGY.setup,
        "addr add 10.244.0.2/24 dev pod0",
        "addr add 10.250.0.1 peer 10.250.0.9/32 dev eth0",
        "addr add 10.251.0.1/31 dev eth0",
        "addr add 10.252.0.1/32 dev eth0",
        "addr add fd00:252::1/128 dev eth0 nodad",
        "rule add fwmark 0x10/0xff lookup 100 priority 1000",
        "route add 10.99.0.0/16 via 192.168.1.99 table 100",
      ],
    });
  });
  after(() => node.close());

  it("has the routes that follow from its addresses", async () => {
    const printed = [
      await node.command(["ip", "-4", "-j", "route", "show", "table", "all"]),
      await node.command(["ip", "-6", "-j", "route", "show", "table", "all"]),
    ].flatMap((text) => readRoutes(text).value);
    const made = printed.filter(({ table, hops, type }) => {
      const hop = hops[0];
      return table !== 100 && hop !== undefined && (hop.via === undefined || type !== "unicast");
    });
    const addresses = readAddresses(await node.command(["ip", "-j", "addr"]));
    assert.deepEqual(addresses.faults, []);
    const derived = routesOfAddresses(addresses.value, true);
    assert.deepEqual(sorted(derived), sorted(made));
  });

  it("comes back from a snapshot: rules, sets, connections, recent lists with their times", async () => {
    await node.command(["ipset", "create", "blocked", "hash:net"]);
    await node.command(["ipset", "add", "blocked", "203.0.113.0/24"]);
    assert.equal(await node.load(RULES, "legacy", 4), undefined);
    const ends = { source: "192.168.1.20", sourcePort: 5000 };
    const target = { destination: "10.96.0.10", destinationPort: 80 };
    await node.send({ protocol: "udp", ...ends, ...target }, "outside");
    const { host, rules } = await snapshot(node);

    assert.deepEqual(
      rules.map(({ part }) => part),
      ["legacy4"],
    );
    assert.match(rules[0]?.text ?? "", /--to-destination 10\.244\.0\.5:8080/);
    assert.deepEqual(host.sets.get("blocked")?.entries[0]?.parts, [
      { kind: "addresses", min: 0xcb007100, max: 0xcb0071ff },
    ]);
    const [connection] = host.connections.value;
    assert.equal(connection?.original.destinationPort, 80);
    assert.equal(formatAddress(connection.reply.source), "10.244.0.5");
    assert.equal(connection.seenReply, false);
    assert.equal(host.tracksConnections.value, true);
    const [seen] = host.recent.value.get("seen") ?? [];
    assert.equal(seen && formatAddress(seen.address), "192.168.1.20");
    const age = Date.now() - (seen?.stamps[0] ?? 0);
    assert.ok(age > -2000 && age < 10_000, `the stamp is ${age} ms old`);
    assert.equal(host.sysctls.get("net.ipv4.ip_forward")?.kind, "given");
    assert.equal(host.sysctls.get("net.ipv4.ip_forward")?.value, 1);
    assert.deepEqual(
      host.routingRules[4].value.map(({ priority }) => priority),
      [0, 1000, 32766, 32767],
    );
    assert.ok(host.routes.value.some(({ table }) => table === 100));
    assert.deepEqual(host.interfaces.value.map(({ name }) => name).sort(), ["eth0", "lo", "pod0"]);
  });
});

async function snapshot(node: KernelNode): Promise<Snapshot> {
  const text = await node.command(["sh", "-c", SNAPSHOT_COMMAND]);
  const { value, faults } = readSnapshot(text, "node.snapshot", defaultHost());
  assert.deepEqual(faults, []);
  return value;
}

function sorted(routes: readonly Route[]): readonly string[] {
  return routes
    .map(({ table, type, destination, hops, preferredSource }) =>
      [
        table,
        type,
        formatPrefix(destination),
        hops[0]?.device,
        preferredSource === undefined ? "" : formatAddress(preferredSource),
      ].join(" "),
    )
    .sort();
}
