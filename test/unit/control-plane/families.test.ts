import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { statusMessage } from "../../../engine/control-plane/client/errors.js";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import { settingsFaults, settingsFor } from "../../../engine/control-plane/settings.js";
import { checkAlways, checkRules, checkSettled } from "../../support/control-plane/checks.js";
import { USER, deployment, makeCluster, must, service } from "../../support/control-plane/lab.js";

const dual = (): Promise<Cluster> => makeCluster({ settings: settingsFor("dual") });

function slicesOf(cluster: Cluster): readonly string[] {
  return cluster.api.cache
    .withLabel("endpointslices", "default", "kubernetes.io/service-name", "web")
    .map(({ addressType, endpoints }) => `${addressType} ${endpoints.length}`)
    .toSorted();
}

describe("a cluster of two families", () => {
  it("gives Pods and nodes an address of each, and Services those that they ask for", async () => {
    const cluster = await dual();
    must(await cluster.api.create("deployments", deployment("web", { replicas: 3 }), USER));
    const single = must(await cluster.api.create("services", service("web"), USER));
    assert.deepEqual(single.spec.ipFamilies, ["IPv4"]);
    assert.equal(single.spec.ipFamilyPolicy, "SingleStack");
    await cluster.settle(60_000);
    const [pod] = cluster.api.cache.list("pods");
    assert.match(
      pod?.status?.podIPs?.map(({ ip }) => ip).join(" ") ?? "",
      /^10\.0\.\S+ fd00:10:\S+$/,
    );
    assert.deepEqual(slicesOf(cluster), ["IPv4 3"]);
    const node = cluster.api.cache.get("nodes", "", "node-2");
    assert.deepEqual(node?.spec.podCIDRs, ["10.0.1.0/24", "fd00:10:0:1::/64"]);
    checkAlways(cluster);
    checkSettled(cluster);
    checkRules(cluster);
  });

  it("lets a Service grow to both families and go back to one, keeping its first address", async () => {
    const cluster = await dual();
    must(await cluster.api.create("deployments", deployment("web"), USER));
    const before = must(await cluster.api.create("services", service("web"), USER));
    const both = service("web", { ipFamilyPolicy: "PreferDualStack" });
    const grown = must(await cluster.api.update("services", both, USER));
    assert.deepEqual(grown.spec.ipFamilies, ["IPv4", "IPv6"]);
    assert.equal(grown.spec.clusterIPs?.[0], before.spec.clusterIP);
    assert.match(grown.spec.clusterIPs?.[1] ?? "", /^fd00:10:100:/);
    await cluster.settle(60_000);
    assert.deepEqual(slicesOf(cluster), ["IPv4 2", "IPv6 2"]);
    const one = service("web", { ipFamilyPolicy: "SingleStack" });
    const shrunk = must(await cluster.api.update("services", one, USER));
    assert.deepEqual(shrunk.spec.clusterIPs, [before.spec.clusterIP]);
    await cluster.settle(60_000);
    assert.deepEqual(slicesOf(cluster), ["IPv4 2"]);
    checkRules(cluster);
  });

  it("takes the families of a Service from its addresses", async () => {
    const cluster = await dual();
    const asked = service("web", { clusterIPs: ["fd00:10:100::77", "10.100.7.7"] });
    const made = must(await cluster.api.create("services", asked, USER));
    assert.deepEqual(made.spec.ipFamilies, ["IPv6", "IPv4"]);
    assert.equal(made.spec.ipFamilyPolicy, "RequireDualStack");
    assert.equal(made.spec.clusterIP, "fd00:10:100::77");
  });
});

const REFUSED: readonly (readonly [
  families: "ipv4" | "dual",
  spec: Readonly<Record<string, unknown>>,
  message: string,
])[] = [
  [
    "ipv4",
    { ipFamilies: ["IPv6"] },
    'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ],
  [
    "ipv4",
    { ipFamilyPolicy: "RequireDualStack" },
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [
    "dual",
    { ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv4", "IPv6"] },
    "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple 'ipFamilies' are specified",
  ],
  ["dual", { ipFamilies: ["IPv4", "IPv4"] }, 'spec.ipFamilies[1]: Duplicate value: "IPv4"'],
  [
    "dual",
    { ipFamilies: ["IPv4"], clusterIP: "fd00:10:100::5" },
    'spec.clusterIPs[0]: Invalid value: "fd00:10:100::5": expected an IPv4 value as indicated by `ipFamilies[0]`',
  ],
  [
    "dual",
    { ipFamilies: ["IPv5"] },
    'spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
  ],
];

describe("the API server refuses", () => {
  for (const [families, spec, message] of REFUSED) {
    it(`${JSON.stringify(spec)} where addresses are ${families}`, async () => {
      const cluster = await makeCluster({ settings: settingsFor(families) });
      const { revision } = cluster.api.cache;
      const result = await cluster.api.create("services", service("web", spec), USER);
      assert.equal(
        result.ok ? "" : statusMessage(result.status),
        `The Service "web" is invalid: ${message}`,
      );
      assert.equal(cluster.api.cache.revision, revision);
    });
  }

  it("to turn a Service over to another family", async () => {
    const cluster = await dual();
    must(await cluster.api.create("services", service("web"), USER));
    const turned = await cluster.api.update(
      "services",
      service("web", { ipFamilies: ["IPv6"] }),
      USER,
    );
    assert.match(
      turned.ok ? "" : statusMessage(turned.status),
      /spec\.ipFamilies\[0\]: Invalid value: "IPv6": may not change once set$/,
    );
  });
});

describe("settings", () => {
  it("want networks that go together", () => {
    const wrong = (more: object): readonly string[] =>
      settingsFaults({ ...settingsFor("dual"), ...more }).map(({ code }) => code);
    assert.deepEqual(wrong({}), []);
    assert.deepEqual(wrong({ podCidr: "10.0.0.0/16" }), ["mixed-families"]);
    assert.deepEqual(wrong({ podCidr: "fd00::/48,10.0.0.0/16" }), ["mixed-families"]);
    assert.deepEqual(wrong({ podCidr: "10.0.0.0/16,10.1.0.0/16" }), ["bad-network"]);
    assert.deepEqual(wrong({ serviceCidr: "10.0.0.0/16,fd00::/64" }), ["bad-network"]);
    assert.deepEqual(wrong({ nodeCidrMaskSizeIPv6: 100 }), ["bad-mask-size"]);
    assert.deepEqual(wrong({ nodeNetwork: "many" }), ["bad-network"]);
  });
});
