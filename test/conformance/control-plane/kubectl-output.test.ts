import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { capture } from "../../support/transcript.js";

/** `KUBECTL` names another one than the path's, such as Debian's own. */
const KUBECTL = process.env["KUBECTL"] ?? "kubectl";
const works = spawnSync(KUBECTL, ["version", "--client"]).status === 0;
const skip = works ? false : "no kubectl is installed (Debian: kubernetes-client)";

const MANIFESTS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web }, annotations: { when: "2024-01-01", on: "yes" } }
    spec: { containers: [{ name: web, image: "web:1", ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: LoadBalancer
  ipFamilyPolicy: PreferDualStack
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080 }]
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { nodeSelector: { disk: ssd }, containers: [{ name: shell, image: busybox }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { text: "a: b # c", number: "010", lines: "one\\ntwo\\n" }
`;

/** As little as time may pass while both look. */
const STANDSTILL = "0.0000001";

describe("what `lab get` prints, the real kubectl prints too", { skip, timeout: 240_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-same-"));
  const stop = new AbortController();
  let serving: Promise<unknown> = Promise.resolve();
  let url = "";
  const lab = async (words: string): Promise<string> =>
    (await capture(["lab", ...words.split(" ")], { cwd: folder })).out;

  before(async () => {
    writeFileSync(join(folder, "web.yaml"), MANIFESTS);
    await lab("init --families dual --master --external-ip 54.229.80.211");
    await lab("apply -f web.yaml");
    await lab("tick 30s");
    // One rollout that hangs, so that there are Pods of every sort.
    await lab("set image deployment/web web=web.invalid/web:2");
    await lab("tick 20s");
    url = await new Promise((resolve) => {
      const out = (text: string): void => {
        const found = /^serving (\S+)\n$/.exec(text);
        if (found?.[1] !== undefined) resolve(found[1]);
      };
      const words = ["lab", "serve", "--port", "0", "--speed", STANDSTILL];
      serving = capture(words, { cwd: folder, out, signal: stop.signal });
    });
  });
  after(async () => {
    stop.abort();
    await serving;
    rmSync(folder, { recursive: true });
  });

  /** Beside this process, which serves meanwhile. */
  const kubectl = (words: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const base = ["--server", url, "--cache-dir", join(folder, "cache")];
      const child = spawn(KUBECTL, [...base, ...words.split(" ")], {
        env: { ...process.env, KUBECONFIG: "/dev/null" },
        stdio: ["ignore", "pipe", "ignore"],
      });
      let out = "";
      child.stdout.on("data", (data: Buffer) => void (out += data.toString()));
      child.once("error", reject);
      child.once("close", () => resolve(out));
    });

  for (const words of [
    "get all",
    "get pods -o wide",
    "get pods -A",
    "get pods -l app=web",
    "get nodes -o wide",
    "get svc -o wide",
    "get deploy,rs -o wide",
    "get endpointslices,endpoints",
    "get events",
    "get ns,cm",
    "get leases -n kube-node-lease",
    "get pods -o name",
    "get svc web -o yaml",
    "get deploy web -o yaml",
    "get node node-1 -o yaml",
    "get cm settings -o yaml",
    "get pod client -o json",
    "rollout history deploy/web",
  ]) {
    it(words, async () => {
      const ours = await lab(words);
      assert.notEqual(ours, "");
      assert.equal(ours, await kubectl(words));
    });
  }

  for (const words of ["get pods -o yaml", "get events -o yaml", "get all -A -o yaml"]) {
    it(`${words}, but for the folding of long lines`, async () => {
      assert.deepEqual(parse(await lab(words)), parse(await kubectl(words)));
    });
  }
});
