import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_PROXY_CONFIG, readProxyConfig } from "../../../engine/kubernetes/proxy-config.js";

const HEAD = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";

function read(text: string) {
  return readProxyConfig({ file: "config.yaml", text: HEAD + text });
}

describe("reading a KubeProxyConfiguration", () => {
  it("takes a whole file as kubeadm writes it, without a word", () => {
    const { value, faults } = read(`
bindAddress: 0.0.0.0
bindAddressHardFail: false
clientConnection: { acceptContentTypes: "", burst: 0, contentType: "", kubeconfig: /k, qps: 0 }
clusterCIDR: 10.244.0.0/16,fd00:10:244::/48
configSyncPeriod: 0s
conntrack: { maxPerCore: null, min: null, tcpBeLiberal: true, tcpEstablishedTimeout: null }
detectLocal: { bridgeInterface: "", interfaceNamePrefix: "" }
detectLocalMode: ""
enableProfiling: false
healthzBindAddress: ""
hostnameOverride: " Node-1 "
iptables: { localhostNodePorts: null, masqueradeAll: false, masqueradeBit: 5, minSyncPeriod: 0s, syncPeriod: 1m30s }
ipvs: { excludeCIDRs: null, minSyncPeriod: 0s, scheduler: "", strictARP: false, syncPeriod: 0s }
logging: { flushFrequency: 0, options: { json: { infoBufferSize: "0" } }, verbosity: 0 }
metricsBindAddress: ""
mode: ""
nftables: { masqueradeAll: false, masqueradeBit: null, minSyncPeriod: 0s, syncPeriod: 0s }
nodePortAddresses: null
oomScoreAdj: null
portRange: ""
showHiddenMetricsForVersion: ""
winkernel: { enableDSR: false, forwardHealthCheckVip: false, networkName: "", sourceVip: "" }
featureGates: { TopologyAwareHints: false }
`);
    assert.deepEqual(faults, []);
    assert.deepEqual(value, {
      ...DEFAULT_PROXY_CONFIG,
      hostnameOverride: "node-1",
      clusterCIDRs: ["10.244.0.0/16", "fd00:10:244::/48"],
      masqueradeBit: 5,
      tcpBeLiberal: true,
      syncPeriod: 90_000,
      featureGates: { TopologyAwareHints: false },
    });
  });

  it("names unknown fields in a warning, at any depth", () => {
    const { faults } = read("iptables: { masqueradeBits: 3 }\nextra: true\n");
    assert.deepEqual(
      faults.map(({ severity, code, at }) => [severity, code, at.line, at.field]),
      [
        ["warning", "unknown-field", 3, "iptables.masqueradeBits"],
        ["warning", "unknown-field", 4, "extra"],
      ],
    );
  });

  it("refuses what kube-proxy refuses, with the field's path, and keeps the default", () => {
    const { value, faults } = read(`
clusterCIDR: 10.244.0.0/40
nodePortAddresses: [192.168.0.0/16, nonsense]
detectLocalMode: Guess
detectLocal: { bridgeInterface: a-very-long-interface }
iptables: { masqueradeBit: 32, masqueradeAll: "yes", syncPeriod: soon }
mode: userspace
`);
    assert.deepEqual(
      faults.map(({ severity, code, at }) => `${severity} ${code} ${at.line} ${at.field}`),
      [
        "error unknown-value 9 mode",
        "error unknown-value 6 detectLocalMode",
        "error interface-name-too-long 7 detectLocal.bridgeInterface",
        "error bad-cidr 4 clusterCIDR",
        "error wrong-type 8 iptables.masqueradeAll",
        "error out-of-range 8 iptables.masqueradeBit",
        "error bad-cidr 5 nodePortAddresses[1]",
        "error bad-duration 8 iptables.syncPeriod",
      ],
    );
    assert.deepEqual(value, { ...DEFAULT_PROXY_CONFIG, nodePortAddresses: ["192.168.0.0/16"] });
  });

  it("wants the interface that the mode needs", () => {
    const { faults } = read("detectLocalMode: BridgeInterface\n");
    assert.deepEqual(
      faults.map(({ code }) => code),
      ["interface-missing"],
    );
  });

  it("says when the file is for another mode, or no such file at all", () => {
    assert.equal(read("mode: ipvs\n").faults[0]?.code, "other-proxy-mode");
    const other = readProxyConfig({ file: "x", text: "kind: Pod\napiVersion: v1\n" });
    assert.equal(other.faults[0]?.code, "not-a-proxy-config");
    assert.equal(readProxyConfig({ file: "x", text: "" }).faults[0]?.code, "not-a-proxy-config");
  });
});
