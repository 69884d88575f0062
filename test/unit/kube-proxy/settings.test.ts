import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readInterfaceAddresses } from "../../../engine/kube-proxy/interface-addresses.js";
import { natChainsIn } from "../../../engine/kube-proxy/current-chains.js";
import { DEFAULT_FLAGS, resolveSettings } from "../../../engine/kube-proxy/resolve-settings.js";
import { DEFAULT_PROXY_CONFIG } from "../../../engine/kubernetes/proxy-config.js";
import { parseAddress } from "../../../engine/net/ip.js";

const ADDRESSES = [
  "127.0.0.1",
  "192.168.9.1",
  "192.168.10.1",
  "10.0.0.1",
  "::1",
  "fd00::1",
].flatMap((text) => parseAddress(text) ?? []);

function settings(config: object, flags: object = {}) {
  return resolveSettings(
    { ...DEFAULT_PROXY_CONFIG, ...config },
    { ...DEFAULT_FLAGS, addresses: ADDRESSES, ...flags },
    undefined,
  );
}

describe("node port addresses", () => {
  it("are all addresses unless the family has CIDRs of its own", () => {
    assert.deepEqual(settings({}).value.nodePorts, { kind: "all" });
    assert.deepEqual(settings({ nodePortAddresses: ["fd00::/8"] }).value.nodePorts, {
      kind: "all",
    });
    const zero = ["192.168.0.0/16", "0.0.0.0/0"];
    assert.deepEqual(settings({ nodePortAddresses: zero }).value.nodePorts, { kind: "all" });
  });

  it("are listed by number, loopback only where localhost node ports are in effect", () => {
    const listed = (config: object, flags?: object) => {
      const { nodePorts } = settings(config, flags).value;
      return nodePorts.kind === "listed" ? nodePorts.addresses : nodePorts.kind;
    };
    const nodePortAddresses = ["192.168.0.0/16", "127.0.0.0/8"];
    assert.deepEqual(listed({ nodePortAddresses }), ["127.0.0.1", "192.168.9.1", "192.168.10.1"]);
    assert.deepEqual(listed({ nodePortAddresses, localhostNodePorts: false }), [
      "192.168.9.1",
      "192.168.10.1",
    ]);
    const six = { nodePortAddresses: ["fd00::/8", "::1/128"] };
    assert.deepEqual(listed(six, { family: 6 }), ["fd00::1"]);
    const primary = { nodePortAddresses: ["primary"] };
    assert.deepEqual(listed(primary, { nodeIPs: ["192.168.9.1", "fd00::1"] }), ["192.168.9.1"]);
  });

  it("turn localhost node ports off where they leave loopback out", () => {
    const local = (nodePortAddresses: readonly string[]) =>
      settings({ nodePortAddresses }).value.localhostNodePorts;
    assert.equal(local([]), true);
    assert.equal(local(["192.168.0.0/16"]), false);
    assert.equal(local(["0.0.0.0/1"]), true);
    assert.equal(settings({}, { family: 6 }).value.localhostNodePorts, false);
  });

  it("need the node's addresses, and say so", () => {
    const { faults } = settings({ nodePortAddresses: ["10.0.0.0/8"] }, { addresses: undefined });
    assert.deepEqual(
      faults.map(({ code }) => code),
      ["addresses-missing"],
    );
  });
});

describe("what a proxy knows of its node", () => {
  it("is loopback where the node's address is unknown", () => {
    assert.equal(settings({}).value.nodeIP, "127.0.0.1");
    assert.equal(settings({}, { family: 6 }).value.nodeIP, "::1");
    assert.equal(settings({}, { nodeIPs: ["fd00::1", "10.0.0.1"] }).value.nodeIP, "10.0.0.1");
    assert.equal(settings({}, { nodeIPs: ["x"] }).faults[0]?.code, "bad-address");
  });

  it("says when NodeCIDR has no Node to come from", () => {
    const { value, faults } = settings({ detectLocalMode: "NodeCIDR" });
    assert.deepEqual(value.detector, { kind: "none" });
    assert.equal(faults[0]?.code, "node-missing");
  });

  it("is read from what ip -j addr prints", () => {
    const text = JSON.stringify([{ addr_info: [{ local: "10.0.0.1" }, { local: "x" }] }, {}]);
    const read = readInterfaceAddresses("addr", text);
    assert.deepEqual(read.value, [parseAddress("10.0.0.1")]);
    assert.equal(read.faults[0]?.at.field, "[0].addr_info[1].local");
    assert.equal(readInterfaceAddresses("addr", "{").faults[0]?.code, "bad-json");
    assert.equal(readInterfaceAddresses("addr", "{}").faults[0]?.code, "bad-addresses");
  });

  it("includes the chains of nat, and of no other table", () => {
    const dump = "*filter\n:A - [0:0]\nCOMMIT\n*nat\n:KUBE-SVC-X - [0:0]\n-A B\nCOMMIT\n";
    assert.deepEqual(natChainsIn(dump), ["KUBE-SVC-X"]);
  });
});
