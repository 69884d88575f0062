import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { readAddresses } from "../../../tracer/host/read-addresses.js";

const VETH = {
  ifindex: 3,
  ifname: "veth0",
  flags: ["BROADCAST", "MULTICAST", "UP", "LOWER_UP"],
  mtu: 1500,
  master: "br0",
  link_type: "ether",
  address: "62:5c:75:0d:62:f9",
  linkinfo: { info_kind: "veth" },
  addr_info: [
    { family: "inet", local: "10.1.0.1", prefixlen: 24, broadcast: "10.1.0.255", scope: "global" },
    { family: "inet", local: "10.2.0.1", address: "10.3.0.1", prefixlen: 32, scope: "global" },
    { family: "inet", local: "10.1.0.2", prefixlen: 24, scope: "global", secondary: true },
    {},
    { family: "inet6", local: "fe80::1", prefixlen: 64, scope: "link", deprecated: true },
  ],
};

describe("the reader of `ip -j addr`", () => {
  it("an interface keeps its addresses in the order in which the kernel would pick them", () => {
    const { value, faults } = readAddresses(JSON.stringify([{}, VETH]));
    assert.deepEqual(faults, []);
    const [veth] = value;
    assert.equal(veth?.name, "veth0");
    assert.equal(veth.index, 3);
    assert.equal(veth.up, true);
    assert.equal(veth.master, "br0");
    assert.equal(veth.kind, "veth");
    assert.equal(veth.mac, "62:5c:75:0d:62:f9");
    assert.deepEqual(
      veth.addresses.map(
        ({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength}`,
      ),
      ["10.1.0.1/24", "10.2.0.1/32", "10.1.0.2/24", "fe80::1/64"],
    );
  });

  it("secondary, peer, broadcast, deprecated and scope belong to their address alone", () => {
    const addresses = readAddresses(JSON.stringify([VETH])).value[0]?.addresses ?? [];
    assert.deepEqual(
      addresses.map(({ secondary }) => secondary),
      [false, false, true, false],
    );
    assert.deepEqual(
      addresses.map(({ peer }) => peer && formatAddress(peer)),
      [undefined, "10.3.0.1", undefined, undefined],
    );
    assert.equal(addresses[0]?.broadcast, 0x0a0100ff);
    assert.equal(addresses[3]?.deprecated, true);
    assert.equal(addresses[3].scope, "link");
  });

  it("an interface's group is a number; a name but that of 0 tells none", () => {
    const groups = ["default", "5", "blue"].map(
      (group) => readAddresses(JSON.stringify([{ ...VETH, group }])).value[0]?.group,
    );
    assert.deepEqual(groups, [0, 5, undefined]);
  });

  it("an interface without UP among its flags is down", () => {
    const down = { ...VETH, flags: ["BROADCAST", "MULTICAST"] };
    assert.equal(readAddresses(JSON.stringify([down])).value[0]?.up, false);
  });

  it("the loopback is known by its flag and by its name", () => {
    const lo = { ifindex: 1, ifname: "lo", flags: ["UP"], addr_info: [] };
    assert.equal(readAddresses(JSON.stringify([lo])).value[0]?.loopback, true);
  });

  it("one bad interface is told with its field, and the others stay", () => {
    const bad = { ...VETH, ifname: "bad0", addr_info: [{ local: "10.1.0.999", prefixlen: 24 }] };
    const { value, faults } = readAddresses(JSON.stringify([bad, VETH]), "addr.json");
    assert.deepEqual(
      value.map(({ name }) => name),
      ["veth0"],
    );
    assert.equal(faults.length, 1);
    assert.equal(faults[0]?.at.object, "interface bad0");
    assert.equal(faults[0].at.field, "local");
    assert.equal(faults[0].at.file, "addr.json");
  });

  it("a prefix length past the family's width is refused", () => {
    const bad = { ...VETH, addr_info: [{ local: "10.1.0.1", prefixlen: 33 }] };
    assert.match(readAddresses(JSON.stringify([bad])).faults[0]?.message ?? "", /too long/);
  });

  it("text that is no JSON is told with the line and column of the trouble", () => {
    const { value, faults } = readAddresses('[\n {"ifname": "lo",,}]', "addr.json");
    assert.deepEqual(value, []);
    assert.equal(faults[0]?.code, "bad-json");
    assert.deepEqual([faults[0].at.line, faults[0].at.column], [2, 18]);
  });

  it("plain `ip addr` output is told to be no JSON, once", () => {
    const { faults } = readAddresses("1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8\n");
    assert.equal(faults.length, 1);
    assert.match(faults[0]?.message ?? "", /ip -j addr/);
  });
});
