import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { capture, type Captured } from "../support/transcript.js";

const web = (name: string, spec: string): string => `
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: web }, ${spec}, ports: [{ port: 80, targetPort: 8080 }] }
---`;

const MANIFESTS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 4
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: nginx, image: "nginx:1", ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { containers: [{ name: shell, image: busybox }] }
---
${web("inside", "type: ClusterIP")}
${web("sticky", "sessionAffinity: ClientIP")}
${web("ported", "type: NodePort")}
${web("balanced", "type: LoadBalancer")}
${web("local", "type: LoadBalancer, externalTrafficPolicy: Local")}
`;

interface ServiceJson {
  readonly spec: {
    readonly clusterIP: string;
    readonly ports: readonly { readonly nodePort?: number }[];
  };
  readonly status: { readonly loadBalancer?: { readonly ingress?: readonly { ip: string }[] } };
}

describe("chainwalk lab curl", () => {
  let folder = "";
  const lab = (words: string): Promise<Captured> =>
    capture(["lab", ...words.split(" ")], { cwd: folder });
  const json = async <T>(words: string): Promise<T> => {
    const { out } = await lab(`${words} -o json`);
    const value: T = JSON.parse(out);
    return value;
  };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-curl-"));
    writeFileSync(join(folder, "web.yaml"), MANIFESTS);
    await lab("init --external-ip 54.229.80.210 --external-ip 54.229.80.211");
    const applied = await lab("apply -f web.yaml");
    assert.equal(applied.exitCode, 0, applied.err);
    await lab("tick 30s");
  });
  after(() => rmSync(folder, { recursive: true }));

  const answered = async (from: string, url: string): Promise<string> => {
    const { out, err, exitCode } = await lab(`curl --odds --from ${from} ${url}`);
    assert.equal(exitCode, 0, `${from} ${url}\n${out}${err}`);
    const chances = [...out.matchAll(/^(\d+\.\d+)%/gm)].map(([, percent]) => Number(percent));
    const sum = chances.reduce((total, chance) => total + chance, 0);
    assert.ok(Math.abs(sum - 100) < 0.1, `${from} ${url}: ${sum} %\n${out}`);
    return out;
  };

  it("is answered by every Service, from every Pod and node, and the answer comes back", async () => {
    const pods = await json<{ items: readonly { metadata: { name: string } }[] }>("get pods");
    const sources = [
      ...pods.items.map(({ metadata }) => `pod/${metadata.name}`),
      "node/node-1",
      "node/node-2",
      "node/node-3",
    ];
    for (const from of sources) {
      for (const name of ["inside", "sticky", "ported", "balanced", "local", "kubernetes:443"]) {
        await answered(from, `http://${name}`);
      }
    }
  });

  it("comes in from outside by node ports and load balancers, and nowhere else", async () => {
    const ported = await json<ServiceJson>("get svc ported");
    const port = ported.spec.ports[0]?.nodePort ?? 0;
    await answered("outside", `http://54.229.80.210:${port}`);
    await answered("outside", `http://54.229.80.211:${port}`);
    await answered("pod/client", `http://192.168.0.3:${port}`);
    for (const name of ["balanced", "local"]) {
      const { status } = await json<ServiceJson>(`get svc ${name}`);
      const out = await answered("outside", `http://${status.loadBalancer?.ingress?.[0]?.ip}`);
      // Masquerading hides the client; external traffic that stays local is not masqueraded.
      assert.match(out, name === "local" ? /sees 198\.51\.100\.7$/m : /sees 192\.168\.0\.\d$/m);
    }
    const inside = await json<ServiceJson>("get svc inside");
    const { exitCode, err } = await lab(`curl --from outside http://${inside.spec.clusterIP}`);
    assert.equal(exitCode, 28);
    assert.match(
      err,
      /^curl: \(28\) Failed to connect to 10\.100\.\S+ port 80: Connection timed out$/m,
    );
  });

  it("goes by way of the node's own address when a Pod reaches itself through its Service", async () => {
    await lab("scale deployment/web --replicas 1");
    await lab("tick 60s");
    const out = await answered("pod/app=web", "http://inside");
    assert.match(out, /which sees 10\.0\.\d\.1$/m);
    await lab("scale deployment/web --replicas 4");
    await lab("tick 60s");
  });

  it("goes by either family where there are both", async () => {
    const dual = mkdtempSync(join(tmpdir(), "chainwalk-dual-"));
    const there = (words: string): Promise<Captured> =>
      capture(["lab", ...words.split(" ")], { cwd: dual });
    const both = `${web("both", "ipFamilyPolicy: RequireDualStack")}${web("six", "ipFamilies: [IPv6]")}`;
    writeFileSync(join(dual, "web.yaml"), MANIFESTS + both);
    await there("init --families dual");
    const applied = await there("apply -f web.yaml");
    assert.equal(applied.exitCode, 0, applied.err);
    await there("tick 30s");
    const { out } = await there("get svc both -o json");
    const service: { spec: { clusterIPs: readonly string[] } } = JSON.parse(out);
    const [four = "", six = ""] = service.spec.clusterIPs;
    for (const from of ["pod/client", "pod/app=web", "node/node-1"]) {
      for (const url of [`http://${four}`, `http://[${six}]`, "http://six", "http://both"]) {
        const asked = await there(`curl --odds --from ${from} ${url}`);
        assert.equal(asked.exitCode, 0, asked.out + asked.err);
        if (url === "http://six") assert.match(asked.out, /at \[fd00:10:\S+\]:8080/);
      }
    }
    assert.match((await there("rules --node node-1 --family 6")).out, /-d fd00:10:100:\S+\/128 /);
    rmSync(dual, { recursive: true });
  });

  it("shows the way back, and exits as curl does", async () => {
    const good = await lab("curl --from node/node-1 http://inside");
    assert.equal(good.exitCode, 0);
    assert.match(good.out, /^ {2}node-1: answer delivered$/m);
    const refused = await lab("curl --from pod/client http://192.168.0.1:22");
    assert.equal(refused.exitCode, 7);
    assert.match(
      refused.err,
      /^curl: \(7\) Failed to connect to 192\.168\.0\.1 port 22: Connection refused\n$/,
    );
    assert.match(refused.out, /answer/);
    const unresolved = await lab("curl --from pod/client http://nowhere");
    assert.equal(unresolved.exitCode, 6);
    assert.equal(unresolved.err, "curl: (6) Could not resolve host: nowhere\n");
    await lab("kill node/node-3");
    const down = await lab("curl --from pod/client http://192.168.0.3:22");
    assert.equal(down.exitCode, 28);
    assert.match(down.out, /lost: node-3 is down/);
  });
});
