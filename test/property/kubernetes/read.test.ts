import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { stringify } from "yaml";
import type { Fault } from "../../../engine/errors.js";
import { compile } from "../../../engine/kube-proxy/compile.js";
import { DEFAULT_FLAGS, resolveSettings } from "../../../engine/kube-proxy/resolve-settings.js";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import { DEFAULT_PROXY_CONFIG, readProxyConfig } from "../../../engine/kubernetes/proxy-config.js";
import { checkObjects, readObjects } from "../../../engine/kubernetes/read.js";
import { mutated } from "../../support/mutate.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const SETTINGS = resolveSettings(DEFAULT_PROXY_CONFIG, DEFAULT_FLAGS, undefined).value;
/** More time than any text of a few kilobytes may take, on a machine that is busy. */
const LIMIT_MS = 5_000;

const SERVICE: Json = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "web",
    namespace: "shop",
    labels: { app: "web" },
    annotations: { "service.kubernetes.io/topology-mode": "Auto" },
  },
  spec: {
    type: "LoadBalancer",
    clusterIP: "10.96.0.1",
    clusterIPs: ["10.96.0.1", "fd00::1"],
    ipFamilies: ["IPv4", "IPv6"],
    externalIPs: ["203.0.113.1"],
    loadBalancerSourceRanges: ["198.51.100.0/24"],
    externalTrafficPolicy: "Local",
    internalTrafficPolicy: "Cluster",
    healthCheckNodePort: 31_000,
    sessionAffinity: "ClientIP",
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } },
    publishNotReadyAddresses: false,
    ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: "http", nodePort: 30_080 }],
  },
  status: { loadBalancer: { ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }] } },
};
const SLICE: Json = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "web-1", namespace: "shop", labels: { "kubernetes.io/service-name": "web" } },
  addressType: "IPv4",
  ports: [{ name: "http", port: 8080, protocol: "TCP", appProtocol: "http" }],
  endpoints: [
    {
      addresses: ["10.244.0.1"],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: "node",
      zone: "a",
      hints: { forZones: [{ name: "a" }] },
      targetRef: { kind: "Pod", namespace: "shop", name: "web-0" },
    },
  ],
};
const OTHERS: readonly Json[] = [
  {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "old", namespace: "shop" },
    subsets: [
      { addresses: [{ ip: "10.244.0.9", nodeName: "node" }], ports: [{ name: "http", port: 80 }] },
    ],
  },
  {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "node", labels: { "topology.kubernetes.io/zone": "a" } },
    spec: { podCIDR: "10.244.0.0/24", podCIDRs: ["10.244.0.0/24"] },
    status: { addresses: [{ type: "InternalIP", address: "192.168.0.1" }] },
  },
  {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-0", namespace: "shop" },
    spec: { nodeName: "node", hostNetwork: false },
    status: { podIP: "10.244.0.1", podIPs: [{ ip: "10.244.0.1" }] },
  },
];
const OBJECTS: readonly Json[] = [SERVICE, SLICE, ...OTHERS];
const GOOD: Json = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "good", namespace: "shop" },
  spec: { clusterIP: "10.96.7.7", ports: [{ port: 7_777 }] },
};

/** Names that mean something to JavaScript, numbers out of every range, texts of all kinds. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  undefined,
  0,
  -0,
  -1,
  1.5,
  65_536,
  2 ** 53,
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  10n ** 40n,
  "",
  " ",
  "__proto__",
  "constructor",
  "toString",
  "None",
  "\u0000",
  "\n-A INPUT -j DROP",
  '"; -j DROP',
  "9".repeat(5_000),
  "::ffff:1.2.3.4",
  "1.2.3.4/33",
  "/",
  ":",
  "🦊",
  "\ud800",
  [],
  {},
  [[]],
  [null],
  { items: [] },
];
const HOSTILE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...ODD_VALUES),
  fc.anything({ maxDepth: 3, withBigInt: true, withNullPrototype: true, withObjectString: true }),
);

interface Place {
  readonly path: readonly string[];
}

function placesIn(value: unknown, path: readonly string[] = []): readonly Place[] {
  if (typeof value !== "object" || value === null) return [{ path }];
  const inner = Object.entries(value).flatMap(([key, child]) => placesIn(child, [...path, key]));
  return path.length === 0 ? inner : [{ path }, ...inner];
}

/** A copy with another value at the path. */
function withValue(value: unknown, path: readonly string[], other: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return other;
  if (Array.isArray(value)) {
    return value.map((item: unknown, at) =>
      String(at) === step ? withValue(item, rest, other) : item,
    );
  }
  const entries = Object.entries(Object(value)).map(([key, child]): [string, unknown] => [
    key,
    key === step ? withValue(child, rest, other) : child,
  ]);
  return Object.fromEntries(entries);
}

const spoilt: fc.Arbitrary<unknown> = fc.constantFrom(...OBJECTS).chain((object) =>
  fc
    .array(fc.tuple(fc.constantFrom(...placesIn(object)), HOSTILE), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) =>
      changes.reduce<unknown>((made, [{ path }, other]) => withValue(made, path, other), object),
    ),
);

const RULE_LINE = /^(?:\*\w+|COMMIT|:[-\w]+ - \[0:0\]|-[AX] [-\w]+(?: .*)?)$/;

/** Whatever came in, what goes out is restore input, line by line, of what was good. */
function assertSound(text: string): void {
  assert.ok(text.includes("10.96.7.7"), "the good Service is lost");
  for (const line of text.split("\n")) if (line !== "") assert.match(line, RULE_LINE);
}

function assertTold(faults: readonly Fault[]): void {
  for (const { code, message } of faults) {
    assert.match(code, /^[a-z][-a-z]+$/);
    assert.ok(message.length > 0);
  }
}

describe("objects with anything in any field", () => {
  it("never stop the reading, and good objects survive them", () => {
    fc.assert(
      fc.property(fc.array(spoilt, { minLength: 1, maxLength: 3 }), (raws) => {
        const { value, faults } = checkObjects([...raws, GOOD, SLICE]);
        assertTold(faults);
        assertSound(compile(value, SETTINGS).value.text);
      }),
    );
  });

  it("never stop a sync, whether they come, change or go", () => {
    fc.assert(
      fc.property(fc.array(spoilt, { minLength: 1, maxLength: 3 }), HOSTILE, (raws, odd) => {
        const sync = createSync({ config: DEFAULT_PROXY_CONFIG, flags: DEFAULT_FLAGS });
        assertTold(sync.change({ add: [SERVICE, GOOD, SLICE] }));
        assertSound(sync.sync().text);
        assertTold(sync.change({ update: raws, delete: [...raws, odd] }));
        sync.sync();
        assertTold(sync.change({ add: raws }));
        sync.sync();
        assertSound(sync.sync({ forceFullSync: true }).text);
      }),
    );
  });
});

const TEXTS = [
  OBJECTS.map((object) => stringify(object)).join("---\n"),
  JSON.stringify({ apiVersion: "v1", kind: "List", items: OBJECTS }, null, 1),
  [
    "base: &base { apiVersion: v1, kind: Service }",
    "---",
    "&a [ *a ]",
    "---",
    "x: &x [1, 1]",
    "y: [ *x, *x ]",
    "---",
    "<<: { kind: Service }",
    "kind: Service",
    "kind: Node",
    '? [complex]\n: "\\u0000"',
    "--- |\n text\n...\n%YAML 1.2\n---\n!!binary aGk=",
  ].join("\n"),
  `kind: KubeProxyConfiguration\napiVersion: kubeproxy.config.k8s.io/v1alpha1\niptables: { masqueradeBit: 14 }\n`,
];

describe("texts with anything in them", () => {
  const text = fc.oneof(
    mutated(TEXTS, 12),
    fc.string({ maxLength: 60, unit: "binary" }),
    mutated(TEXTS, 3).map((one) => `\uFEFF${one.replaceAll("\n", "\r\n")}`),
    mutated(TEXTS, 3).map((one) => one.replaceAll("  ", "\t")),
  );

  it("are read to the end in time, with every fault at a place that is there", () => {
    fc.assert(
      fc.property(text, (given) => {
        const start = performance.now();
        const good = { file: "good.json", text: JSON.stringify(GOOD) };
        const { value, faults } = readObjects([{ file: "odd.yaml", text: given }, good]);
        assert.ok(performance.now() - start < LIMIT_MS, "it took too long");
        assertTold(faults);
        const lines = given.split("\n");
        for (const { at } of faults) {
          if (at.file !== "odd.yaml" || at.line === undefined) continue;
          assert.ok(at.line >= 1 && at.line <= lines.length, `line ${at.line}`);
          const length = lines[at.line - 1]?.length ?? 0;
          assert.ok((at.column ?? 0) >= 1 && (at.column ?? 0) <= length + 1, `column ${at.column}`);
        }
        assertSound(compile(value, SETTINGS).value.text);
      }),
    );
  });

  it("are read as proxy configurations in the same way", () => {
    fc.assert(
      fc.property(text, (given) => {
        const { value, faults } = readProxyConfig({ file: "config.yaml", text: given });
        assertTold(faults);
        const settings = resolveSettings(value, DEFAULT_FLAGS, undefined).value;
        assertSound(compile(checkObjects([GOOD]).value, settings).value.text);
      }),
    );
  });
});
