import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { formatPrefix } from "../../../engine/net/prefix.js";
import { readRoutes } from "../../../tracer/host/read-routes.js";
import { readRoutingRules } from "../../../tracer/host/read-routing-rules.js";
import type { Route } from "../../../tracer/host/types.js";

function show({ table, type, destination, hops, metric }: Route): string {
  const ways = hops.map(
    ({ via, device, weight }) =>
      `${via === undefined ? "" : `${formatAddress(via)} `}${device}${weight === 1 ? "" : `*${weight}`}`,
  );
  return [String(table), type, formatPrefix(destination), ways.join(" + "), String(metric)].join(
    "|",
  );
}

const PRINTED = [
  { type: "throw", dst: "10.12.0.0/16", table: "100", flags: [] },
  {
    dst: "default",
    gateway: "10.1.0.9",
    dev: "veth0",
    prefsrc: "10.1.0.2",
    metric: 100,
    flags: [],
  },
  { dst: "10.3.0.1", dev: "veth0", scope: "link", prefsrc: "10.2.0.1", flags: [] },
  {
    dst: "10.9.0.0/16",
    flags: [],
    nexthops: [
      { gateway: "10.1.0.5", dev: "veth0", weight: 2, flags: [] },
      { gateway: "10.1.0.6", dev: "veth0", weight: 1, flags: [] },
      { gateway: "10.1.0.7", dev: "veth1", weight: 1, flags: ["dead", "linkdown"] },
    ],
  },
  { type: "blackhole", dst: "10.10.0.0/16", dev: "lo", flags: [] },
  { dst: "10.13.0.0/16", via: { family: "inet6", host: "fd00::9" }, dev: "veth0", flags: [] },
  { dst: "10.14.0.0/16", tos: "0x10", dev: "veth0", flags: [] },
  { type: "local", dst: "10.1.0.1", dev: "veth0", table: "local", flags: [] },
  { dst: "default", gateway: "fd00::2", dev: "veth0", metric: 1024, flags: [], pref: "medium" },
  { type: "multicast", dst: "ff00::/8", dev: "veth0", table: "local", metric: 256, flags: [] },
];

describe("the readers of `ip -j route` and `ip -j rule`", () => {
  it("routes of all tables, types and families are read as the kernel holds them", () => {
    const { value, faults } = readRoutes(JSON.stringify(PRINTED));
    assert.deepEqual(faults, []);
    assert.deepEqual(value.map(show), [
      "100|throw|10.12.0.0/16||0",
      "254|unicast|0.0.0.0/0|10.1.0.9 veth0|100",
      "254|unicast|10.3.0.1/32|veth0|0",
      "254|unicast|10.9.0.0/16|10.1.0.5 veth0*2 + 10.1.0.6 veth0|0",
      "254|blackhole|10.10.0.0/16||0",
      "254|unicast|10.13.0.0/16|fd00::9 veth0|0",
      "254|unicast|10.14.0.0/16|veth0|0",
      "255|local|10.1.0.1/32|veth0|0",
      "254|unicast|::/0|fd00::2 veth0|1024",
      "255|multicast|ff00::/8|veth0|256",
    ]);
    assert.equal(value[6]?.tos, 16);
    assert.equal(value[1]?.preferredSource, 0x0a010002);
  });

  it("realms of routes and of routing rules are one number, unless they have names", () => {
    const realms = [{ to: "5" }, { from: "3", to: "7" }, { to: "cosmos" }, { to: "blue" }].map(
      (flow) =>
        readRoutes(JSON.stringify([{ dst: "10.0.0.0/8", dev: "a", flow }])).value[0]?.realms,
    );
    const named = { unknown: "the number of a route's realm is not given" };
    assert.deepEqual(realms, [5, 0x30007, 0, named]);
    const rule = { priority: 5, src: "all", table: "main", flow_from: "4", flow_to: "9" };
    assert.equal(readRoutingRules(JSON.stringify([rule])).value[0]?.realms, 0x40009);
  });

  it("lists of both families may follow one another in one text", () => {
    const [first, second] = [PRINTED.slice(0, 8), PRINTED.slice(8)];
    const { value } = readRoutes(`${JSON.stringify(first)}\n${JSON.stringify(second)}\n`);
    assert.equal(value.length, 10);
  });

  it("a default route through a device alone takes the family that was asked for", () => {
    const text = JSON.stringify([{ dst: "default", dev: "ppp0", flags: [] }]);
    assert.equal(show(readRoutes(text).value[0] ?? assert.fail()), "254|unicast|0.0.0.0/0|ppp0|0");
    assert.equal(
      show(readRoutes(text, undefined, 6).value[0] ?? assert.fail()),
      "254|unicast|::/0|ppp0|0",
    );
  });

  it("a table known by the node's own name meets its routing rule", () => {
    const [route] = readRoutes(
      JSON.stringify([{ dst: "10.0.0.0/8", dev: "a", table: "vpn" }]),
    ).value;
    const [rule] = readRoutingRules(
      JSON.stringify([{ priority: 5, src: "all", table: "vpn" }]),
    ).value;
    assert.equal(rule?.action.kind, "lookup");
    assert.equal(rule.action.table, route?.table);
    assert.ok((route?.table ?? 0) > 0xffffffff);
  });

  it("routing rules keep every selector and come by rising priority", () => {
    const printed = [
      { priority: 32765, src: "all", fwmark: "0x10", fwmask: "0xff", table: "100" },
      { priority: 0, src: "all", table: "local" },
      {
        priority: 10,
        not: null,
        src: "10.5.0.0",
        srclen: 16,
        dst: "10.6.0.1",
        iif: "veth0",
        table: "main",
        suppress_prefixlen: 0,
      },
      { priority: 20, src: "all", oif: "veth0", goto: 32766 },
      {
        priority: 30,
        src: "all",
        ipproto: "tcp",
        sport: 5,
        dport_start: 80,
        dport_end: 90,
        action: "blackhole",
      },
      { priority: 40, src: "all", tos: "0x10", uid_start: 0, uid_end: 100, action: "prohibit" },
      { priority: 50, src: "all", nop: null },
    ];
    const { value, faults } = readRoutingRules(JSON.stringify(printed));
    assert.deepEqual(faults, []);
    const [, suppressed, jump, ports, owner, nothing, marked] = value;
    assert.deepEqual(
      value.map(({ priority }) => priority),
      [0, 10, 20, 30, 40, 50, 32765],
    );
    assert.deepEqual(marked?.mark, { value: 16, mask: 255 });
    assert.equal(suppressed?.not, true);
    assert.equal(suppressed.suppressPrefixLength, 0);
    assert.equal(suppressed.from && formatPrefix(suppressed.from), "10.5.0.0/16");
    assert.equal(suppressed.to && formatPrefix(suppressed.to), "10.6.0.1/32");
    assert.deepEqual(jump?.action, { kind: "goto", priority: 32766 });
    assert.equal(jump.outInterface, "veth0");
    assert.deepEqual(ports?.action, { kind: "blackhole" });
    assert.deepEqual(ports.destinationPorts, { min: 80, max: 90 });
    assert.deepEqual(ports.sourcePorts, { min: 5, max: 5 });
    assert.equal(ports.protocol, 6);
    assert.deepEqual(owner?.uids, { min: 0, max: 100 });
    assert.equal(owner.tos, 16);
    assert.deepEqual(nothing?.action, { kind: "nop" });
  });

  it("a routing rule that cannot be followed is told, not passed over in silence", () => {
    const { value, faults } = readRoutingRules(
      JSON.stringify([{ priority: 1000, src: "all", l3mdev: null }]),
    );
    assert.deepEqual(value, []);
    assert.equal(faults[0]?.at.object, "routing rule 1000");
  });
});
