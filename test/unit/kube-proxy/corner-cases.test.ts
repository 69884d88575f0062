import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compile } from "../../../engine/kube-proxy/compile.js";
import {
  DEFAULT_FLAGS,
  resolveSettings,
  type ProxyFlags,
} from "../../../engine/kube-proxy/resolve-settings.js";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import { DEFAULT_PROXY_CONFIG, type ProxyConfig } from "../../../engine/kubernetes/proxy-config.js";
import { checkObjects } from "../../../engine/kubernetes/read.js";
import { parseAddress } from "../../../engine/net/ip.js";

type Raw = Readonly<Record<string, unknown>>;

const PORT = { name: "http", port: 80, protocol: "TCP", nodePort: 30_080 };
const READY = { ready: true, serving: true, terminating: false };
const DRAINING = { ready: false, serving: true, terminating: true };
const DEAD = { ready: false, serving: false, terminating: true };

function service(spec: Raw, ingress: readonly Raw[] = []): Raw {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      type: "LoadBalancer",
      clusterIP: "10.96.0.1",
      clusterIPs: ["10.96.0.1"],
      ipFamilies: ["IPv4"],
      ports: [PORT],
      ...spec,
    },
    status: { loadBalancer: { ingress } },
  };
}

function endpoint(host: number, nodeName: string, conditions: Raw = READY): Raw {
  return { addresses: [`10.244.0.${host}`], nodeName, conditions };
}

function slice(endpoints: readonly Raw[], parts: Raw = {}): Raw {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "web-1",
      namespace: "shop",
      labels: { "kubernetes.io/service-name": "web" },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints,
    ...parts,
  };
}

/** The rules for these objects on node `here`, with hashes left out of chains' names. */
function rules(
  raws: readonly Raw[],
  config: Partial<ProxyConfig> = {},
  flags: Partial<ProxyFlags> = {},
): readonly string[] {
  const setup = [
    { ...DEFAULT_PROXY_CONFIG, ...config },
    { ...DEFAULT_FLAGS, node: "here", ...flags },
  ] as const;
  const { value, faults } = checkObjects(raws);
  assert.deepEqual(faults, []);
  const { text } = compile(value, resolveSettings(...setup, undefined).value).value;
  return text.split("\n").map((line) => line.replaceAll(/-[A-Z2-7]{16}\b/g, ""));
}

function having(lines: readonly string[], ...parts: readonly string[]): readonly string[] {
  return lines.filter((line) => parts.every((part) => line.includes(part)));
}

// pkg/proxy/topology.go CategorizeEndpoints
describe("fallback to endpoints that go away", () => {
  it("happens for policy Local and Cluster each on its own", () => {
    const lines = rules([
      service({ externalTrafficPolicy: "Local" }),
      slice([endpoint(1, "here", DRAINING), endpoint(2, "there"), endpoint(3, "there", DRAINING)]),
    ]);
    assert.deepEqual(
      having(lines, "-A KUBE-SVC").map((line) => /-> ([\d.]+)/.exec(line)?.[1]),
      ["10.244.0.2"],
    );
    assert.deepEqual(
      having(lines, "-A KUBE-SVL").map((line) => /-> ([\d.]+)/.exec(line)?.[1]),
      ["10.244.0.1"],
    );
    assert.equal(having(lines, "DNAT").length, 2 + 1, "two endpoints, and KUBE-FIREWALL's state");
  });

  it("does not take a terminating endpoint that no longer serves: REJECT, not DROP", () => {
    const lines = rules([
      service({ externalTrafficPolicy: "Local", internalTrafficPolicy: "Local" }),
      slice([endpoint(1, "here", DEAD), endpoint(2, "there", DEAD)]),
    ]);
    assert.equal(having(lines, "has no endpoints", "-j REJECT").length, 2);
    assert.equal(having(lines, "has no local endpoints").length, 0);
  });

  it("takes an endpoint without conditions for ready", () => {
    const lines = rules([
      service({}),
      slice([{ addresses: ["10.244.0.1"], nodeName: "here" }, endpoint(2, "here", DRAINING)]),
    ]);
    assert.equal(having(lines, "-A KUBE-SVC", " -> ").length, 1);
  });
});

// pkg/proxy/iptables/proxier.go syncProxyRules: capture of external traffic
describe("policies Local with source ranges", () => {
  const lines = rules(
    [
      service(
        {
          externalTrafficPolicy: "Local",
          internalTrafficPolicy: "Local",
          loadBalancerSourceRanges: ["203.0.113.0/24", "fd00::/8", " 192.168.0.9/16 "],
        },
        [{ ip: "192.0.2.1" }, { ip: "fd00::1" }, { ip: "192.0.2.2", ipMode: "Proxy" }],
      ),
      slice([endpoint(1, "there")]),
    ],
    { clusterCIDRs: ["10.244.0.0/16"] },
    { nodeIPs: ["192.168.0.1"] },
  );

  it("drop in filter: inside for the cluster IP, outside for VIPs and the node port", () => {
    assert.deepEqual(
      having(lines, "has no local endpoints").map((line) => line.replace(/ -m comment.*" /, " ")),
      [
        "-A KUBE-SERVICES -m tcp -p tcp -d 10.96.0.1 --dport 80 -j DROP",
        "-A KUBE-EXTERNAL-SERVICES -m tcp -p tcp -d 192.0.2.1 --dport 80 -j DROP",
        "-A KUBE-EXTERNAL-SERVICES -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 30080 -j DROP",
      ],
    );
  });

  it("keep the ranges of the family, and let the node in by its own address and the VIP", () => {
    assert.deepEqual(
      having(lines, "-A KUBE-FW", " -s ").map((line) => / -s (\S+)/.exec(line)?.[1]),
      ["203.0.113.0/24", "192.168.0.0/16", "192.0.2.1"],
    );
  });

  it("lead Pods and the node past the policy, and nobody else", () => {
    assert.deepEqual(
      having(lines, "-A KUBE-EXT ").map((line) => line.replace(/ -m comment.*?" /, " ")),
      [
        "-A KUBE-EXT -s 10.244.0.0/16 -j KUBE-SVC",
        "-A KUBE-EXT -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ",
        "-A KUBE-EXT -m addrtype --src-type LOCAL -j KUBE-SVC",
      ],
    );
    assert.equal(having(lines, "-A KUBE-SVC", "cluster IP").length, 0, "it has no local endpoint");
  });
});

// pkg/proxy/util/nodeport_addresses.go, and the end of syncProxyRules
describe("the addresses of node ports", () => {
  const objects = [service({ type: "NodePort" }), slice([endpoint(1, "here")])];
  const addresses = ["127.0.0.1", "192.168.0.1", "10.0.0.7", "::1", "fd00::7"].flatMap(
    (text) => parseAddress(text) ?? [],
  );
  const jumps = (nodePortAddresses: readonly string[], flags: Partial<ProxyFlags> = {}) =>
    having(rules(objects, { nodePortAddresses }, { addresses, ...flags }), "-j KUBE-NODEPORTS").map(
      (line) => line.replace(/.*chain" /, ""),
    );

  it("`primary` are the node's own, of each family", () => {
    const nodeIPs = ["192.168.0.1", "fd00::7"];
    assert.deepEqual(jumps(["primary"], { nodeIPs }), ["-d 192.168.0.1 -j KUBE-NODEPORTS"]);
    assert.deepEqual(jumps(["primary"], { nodeIPs, family: 6 }), ["-d fd00::7 -j KUBE-NODEPORTS"]);
  });

  it("`primary` of a node whose address is not known are all", () => {
    const everywhere = ["-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS"];
    assert.deepEqual(jumps(["primary"]), everywhere);
    assert.deepEqual(jumps(["primary"], { nodeIPs: ["127.0.0.1"] }), everywhere);
  });

  it("never hold IPv6 loopback", () => {
    const all6 = ["-m addrtype --dst-type LOCAL ! -d ::1/128 -j KUBE-NODEPORTS"];
    assert.deepEqual(jumps(["::/0"], { family: 6 }), all6);
    assert.deepEqual(jumps(["::1/128"], { family: 6 }), []);
    assert.deepEqual(jumps(["fd00::/8", "::1/128"], { family: 6 }), [
      "-d fd00::7 -j KUBE-NODEPORTS",
    ]);
  });

  it("hold IPv4 loopback with localhost node ports only", () => {
    assert.deepEqual(jumps(["127.0.0.0/8", "10.0.0.0/8"]), [
      "-d 10.0.0.7 -j KUBE-NODEPORTS",
      "-d 127.0.0.1 -j KUBE-NODEPORTS",
    ]);
  });
});

// pkg/proxy/iptables/proxier.go: largeClusterMode and the cleanup of stale chains
describe("a cluster that grows past 1,000 endpoints and shrinks again", () => {
  const many = (count: number) =>
    slice(
      Array.from({ length: count }, (_, at) => ({
        addresses: [`10.${200 + (at >> 8)}.${at & 255}.1`],
        nodeName: "there",
      })),
    );
  const other = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "other", namespace: "shop" },
    spec: { clusterIP: "10.96.0.2", ports: [{ name: "http", port: 80 }] },
  };
  const others = (host: number) => ({
    ...slice([endpoint(host, "there")]),
    metadata: {
      name: "other-1",
      namespace: "shop",
      labels: { "kubernetes.io/service-name": "other" },
    },
  });

  it("leaves off comments of what changes, and of the rest with the next full sync", () => {
    const flags = { ...DEFAULT_FLAGS, node: "here" };
    const sync = createSync({ config: DEFAULT_PROXY_CONFIG, flags, style: "kube-proxy" });
    sync.change({ add: [service({}), many(999), other, others(1)] });
    const first = sync.sync({ now: 0 });
    assert.equal(first.largeCluster, false);
    assert.match(first.text, /shop\/other:http -> /);
    sync.change({ update: [many(1_000)] });
    const grown = sync.sync({ now: 1_000 });
    assert.deepEqual([grown.full, grown.largeCluster], [false, true]);
    assert.ok(!grown.text.includes(" -> "));
    assert.ok(!grown.text.includes("10.244.0.1:8080"), "what did not change is not written");
    const full = sync.sync({ now: 2_000, forceFullSync: true });
    assert.ok(!full.text.includes(" -> "), "a full sync writes everything as it is now");
    sync.change({ update: [others(2)] });
    const changed = sync.sync({ now: 3_000 });
    assert.equal(changed.cleaned, false, "cleaned 3 s ago, and syncPeriod is 30 s");
    assert.ok(!changed.text.includes("-X "));
    const later = sync.sync({ now: 40_000 });
    assert.equal(later.cleaned, true);
    assert.equal(later.text.match(/^-X KUBE-SEP-/gm)?.length, 1);
    sync.change({ update: [many(998), others(3)] });
    const shrunk = sync.sync({ now: 41_000 });
    assert.deepEqual([shrunk.full, shrunk.largeCluster, shrunk.cleaned], [false, false, true]);
    assert.match(shrunk.text, /shop\/other:http -> 10\.244\.0\.3:8080/);
  });
});

// pkg/proxy/serviceport.go and servicechangetracker.go: one entry a port name and protocol
describe("one number, several protocols", () => {
  it("makes a Service port each, with chains of their own, in kube-proxy's order", () => {
    const port = (protocol: string, number = 53) => ({
      name: protocol.toLowerCase(),
      port: number,
      protocol,
    });
    const lines = rules([
      service({
        type: "ClusterIP",
        ports: ["UDP", "TCP", "SCTP"].map((protocol) => port(protocol)),
      }),
      slice([endpoint(1, "here")], {
        ports: ["TCP", "SCTP", "UDP"].map((protocol) => port(protocol, 5353)),
      }),
    ]);
    assert.deepEqual(
      having(lines, "-A KUBE-SERVICES", "cluster IP").map((line) => /-p (\w+)/.exec(line)?.[1]),
      ["sctp", "tcp", "udp"],
    );
    assert.equal(having(lines, "--to-destination 10.244.0.1:5353").length, 3);
  });

  it("of a slice count only for the Service port of that protocol", () => {
    const lines = rules([
      service({ type: "ClusterIP", ports: [{ name: "dns", port: 53, protocol: "UDP" }] }),
      slice([endpoint(1, "here")], { ports: [{ name: "dns", port: 53, protocol: "TCP" }] }),
    ]);
    assert.equal(having(lines, "shop/web:dns has no endpoints", "-p udp", "REJECT").length, 1);
  });
});
