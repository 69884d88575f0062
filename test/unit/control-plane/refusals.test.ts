import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { statusMessage } from "../../../engine/control-plane/client/errors.js";
import type { Cluster } from "../../../engine/control-plane/cluster.js";
import type { Plural } from "../../../engine/control-plane/objects.js";
import {
  USER,
  deployment,
  makeCluster,
  must,
  pod,
  service,
} from "../../support/control-plane/lab.js";

/** What is wrong with an object, and how the API server says it (as kubectl 1.30 prints it). */
interface Refused {
  readonly claim: string;
  readonly plural: Plural;
  readonly object: unknown;
  readonly message: string | RegExp;
}

const web = deployment("web");
const { spec } = web;

const REFUSED: readonly Refused[] = [
  {
    claim: "a selector that does not match the template",
    plural: "deployments",
    object: { ...web, spec: { ...spec, selector: { matchLabels: { app: "other" } } } },
    message:
      'The Deployment "web" is invalid: spec.template.metadata.labels: Invalid value: map[string]string{"app":"web"}: `selector` does not match template `labels`',
  },
  {
    claim: "no selector at all",
    plural: "deployments",
    object: { ...web, spec: { ...spec, selector: undefined } },
    message: /spec\.selector: Required value/,
  },
  {
    claim: "neither surge nor unavailability",
    plural: "deployments",
    object: {
      ...web,
      spec: { ...spec, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } },
    },
    message: /maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0/,
  },
  {
    claim: "a template that does not restart",
    plural: "deployments",
    object: deployment("web", { podSpec: { restartPolicy: "Never" } }),
    message:
      'The Deployment "web" is invalid: spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  },
  {
    claim: "a field of the wrong type",
    plural: "deployments",
    object: { ...web, spec: { ...spec, replicas: "two" } },
    message:
      'Error from server (BadRequest): Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  },
  {
    claim: "a field that nobody knows",
    plural: "deployments",
    object: { ...web, spec: { ...spec, replica: 2 } },
    message: /strict decoding error: unknown field "spec\.replica"$/,
  },
  {
    claim: "a Pod without containers and with a bad name, both at once",
    plural: "pods",
    object: { metadata: { name: "Web_1" }, spec: {} },
    message:
      /The Pod "Web_1" is invalid: \n\* metadata\.name: Invalid value: "Web_1": a lowercase RFC 1123 subdomain .*\n\* spec\.containers: Required value/s,
  },
  {
    claim: "two containers of one name",
    plural: "pods",
    object: pod("web", {
      containers: [
        { name: "a", image: "x" },
        { name: "a", image: "y" },
      ],
    }),
    message: 'The Pod "web" is invalid: spec.containers[1].name: Duplicate value: "a"',
  },
  {
    claim: "a request above its limit",
    plural: "pods",
    object: pod("web", {
      containers: [
        { name: "a", image: "x", resources: { limits: { cpu: "1" }, requests: { cpu: "1500m" } } },
      ],
    }),
    message:
      /spec\.containers\[0\]\.resources\.requests: Invalid value: "1500m": must be less than or equal to cpu limit of 1/,
  },
  {
    claim: "a Service name that begins with a digit",
    plural: "services",
    object: service("1web"),
    message: /metadata\.name: Invalid value: "1web": a DNS-1035 label must consist of/,
  },
  {
    claim: "a Service without ports",
    plural: "services",
    object: service("web", { ports: [] }),
    message: 'The Service "web" is invalid: spec.ports: Required value',
  },
  {
    claim: "several ports without names",
    plural: "services",
    object: service("web", { ports: [{ port: 80 }, { port: 81 }] }),
    message:
      'The Service "web" is invalid: \n* spec.ports[0].name: Required value\n* spec.ports[1].name: Required value',
  },
  {
    claim: "a node port on a plain Service",
    plural: "services",
    object: service("web", { ports: [{ port: 80, nodePort: 30080 }] }),
    message:
      "The Service \"web\" is invalid: spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
  },
  {
    claim: "a node port that another Service has",
    plural: "services",
    object: service("web", { type: "NodePort", ports: [{ port: 80, nodePort: 30000 }] }),
    message:
      'The Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated',
  },
  {
    claim: "a node port out of range",
    plural: "services",
    object: service("web", { type: "NodePort", ports: [{ port: 80, nodePort: 8080 }] }),
    message:
      'The Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 8080: provided port is not in the valid range. The range of valid ports is 30000-32767',
  },
  {
    claim: "a cluster IP that another Service has",
    plural: "services",
    object: service("web", { clusterIP: "10.100.0.1" }),
    message:
      'The Service "web" is invalid: spec.clusterIPs: Invalid value: []string{"10.100.0.1"}: failed to allocate IP 10.100.0.1: provided IP is already allocated',
  },
  {
    claim: "a cluster IP out of range",
    plural: "services",
    object: service("web", { clusterIP: "10.1.2.3" }),
    message: /provided IP is not in the valid range\. The range of valid IPs is 10\.100\.0\.0\/16/,
  },
  {
    claim: "an external traffic policy where nothing comes from outside",
    plural: "services",
    object: service("web", { externalTrafficPolicy: "Local" }),
    message:
      /spec\.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services/,
  },
  {
    claim: "a namespace that is not there",
    plural: "pods",
    object: { ...pod("web"), metadata: { name: "web", namespace: "nowhere" } },
    message: 'Error from server (NotFound): namespaces "nowhere" not found',
  },
  {
    claim: "a name that is taken",
    plural: "services",
    object: service("taken"),
    message: 'Error from server (AlreadyExists): services "taken" already exists',
  },
];

describe("the API server refuses, in Kubernetes' words,", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await makeCluster();
    const taken = service("taken", { type: "NodePort", ports: [{ port: 80, nodePort: 30000 }] });
    must(await cluster.api.create("services", taken, USER));
    must(await cluster.api.create("deployments", deployment("running"), USER));
  });

  for (const { claim, plural, object, message } of REFUSED) {
    it(`${claim}, and nothing changes`, async () => {
      const revision = cluster.api.cache.revision;
      const result = await cluster.api.create(plural, object, USER);
      assert.equal(result.ok, false);
      const said = result.ok ? "" : statusMessage(result.status);
      if (typeof message === "string") assert.equal(said, message);
      else assert.match(said, message);
      assert.equal(cluster.api.cache.revision, revision);
    });
  }

  const UPDATES: readonly Refused[] = [
    {
      claim: "another selector for a Deployment",
      plural: "deployments",
      object: {
        ...deployment("running"),
        spec: {
          ...deployment("other").spec,
        },
      },
      message:
        /The Deployment "running" is invalid: spec\.selector: Invalid value: v1\.LabelSelector\{MatchLabels:map\[string\]string\{"app":"other"\}, MatchExpressions:\[\]v1\.LabelSelectorRequirement\(nil\)\}: field is immutable/,
    },
    {
      claim: "another cluster IP for a Service",
      plural: "services",
      object: service("taken", { type: "NodePort", clusterIP: "10.100.7.7" }),
      message:
        'The Service "taken" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.100.7.7"}: may not change once set',
    },
    {
      claim: "an update of what is not there",
      plural: "deployments",
      object: deployment("absent"),
      message: 'Error from server (NotFound): deployments.apps "absent" not found',
    },
    {
      claim: "an update of an older version",
      plural: "deployments",
      object: { ...deployment("running"), metadata: { name: "running", resourceVersion: "1" } },
      message:
        'Error from server (Conflict): Operation cannot be fulfilled on deployments.apps "running": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      claim: "an update of another object of that name",
      plural: "deployments",
      object: { ...deployment("running"), metadata: { name: "running", uid: "other" } },
      message: /Precondition failed: UID in precondition: other, UID in object meta: [-0-9a-f]{36}/,
    },
  ];

  for (const { claim, plural, object, message } of UPDATES) {
    it(`${claim}, and nothing changes`, async () => {
      const revision = cluster.api.cache.revision;
      const result = await cluster.api.update(plural, object, USER);
      const said = result.ok ? "" : statusMessage(result.status);
      if (typeof message === "string") assert.equal(said, message);
      else assert.match(said, message);
      assert.equal(cluster.api.cache.revision, revision);
    });
  }

  it("another container for a Pod that runs, though another image is welcome", async () => {
    must(await cluster.api.create("pods", pod("single"), USER));
    const changed = pod("single", { containers: [{ name: "other", image: "web:1" }] });
    const refused = await cluster.api.update("pods", changed, USER);
    assert.match(refused.ok ? "" : refused.status.message, /pod updates may not change fields/);
    const patched = await cluster.api.mutate(
      "pods",
      "default",
      "single",
      (current) => {
        const [container] = current.spec.containers;
        const containers = container === undefined ? [] : [{ ...container, image: "web:2" }];
        return { ...current, spec: { ...current.spec, containers } };
      },
      USER,
    );
    assert.equal(must(patched).spec.containers[0]?.image, "web:2");
  });
});
