import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { capture } from "../../support/transcript.js";

/** `KUBECTL` names another one than the path's, such as Debian's own. */
const KUBECTL = process.env["KUBECTL"] ?? "kubectl";
const works = spawnSync(KUBECTL, ["version", "--client"]).status === 0;
const skip = works ? false : "no kubectl is installed (Debian: kubernetes-client)";

describe("the real kubectl against `lab serve`", { skip, timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-kubectl-"));
  const stop = new AbortController();
  let serving: Promise<unknown> = Promise.resolve();
  let url = "";

  before(async () => {
    url = await new Promise((resolve) => {
      const out = (text: string): void => {
        const found = /^serving (\S+)\n$/.exec(text);
        if (found?.[1] !== undefined) resolve(found[1]);
      };
      const words = ["lab", "serve", "--port", "0", "--speed", "20"];
      serving = capture(words, { cwd: folder, out, signal: stop.signal });
    });
  });
  after(async () => {
    stop.abort();
    await serving;
    rmSync(folder, { recursive: true });
  });

  /** Beside this process, which serves meanwhile. */
  const run = (
    words: readonly string[],
    input = "",
  ): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve, reject) => {
      const base = ["--server", url, "--cache-dir", join(folder, "cache")];
      const child = spawn(KUBECTL, [...base, ...words], {
        cwd: folder,
        env: { ...process.env, KUBECONFIG: "/dev/null" },
      });
      let [out, err] = ["", ""];
      child.stdout.on("data", (data: Buffer) => void (out += data.toString()));
      child.stderr.on("data", (data: Buffer) => void (err += data.toString()));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? 1, out, err }));
      child.stdin.end(input);
    });
  const well = async (text: string, input?: string): Promise<string> => {
    const { code, out, err } = await run(text.split(" "), input);
    assert.equal(code, 0, err);
    return out;
  };

  it("accepts the manifests that kubectl itself makes", async () => {
    const made = await well("create deployment web --image=nginx:1 --dry-run=client -o yaml");
    assert.match(await well("apply -f -", made), /^deployment.apps\/web created$/m);
    const exposed = await well(
      "create service clusterip web --tcp=80:8080 --dry-run=client -o yaml",
    );
    assert.match(await well("apply -f -", exposed), /^service\/web created$/m);
    const single = await well("run one --image=busybox --port=80 --dry-run=client -o yaml");
    assert.match(await well("apply -f -", single), /^pod\/one created$/m);
    const config = await well("create configmap c --from-literal=a=b --dry-run=client -o yaml");
    assert.match(await well("apply -f -", config), /^configmap\/c created$/m);
    const space = await well("create namespace extra --dry-run=client -o yaml");
    assert.match(await well("apply -f -", space), /^namespace\/extra created$/m);
  });

  it("scales, sets images, waits, looks and goes back", async () => {
    assert.match(await well("scale --replicas=3 deployment/web"), /^deployment.apps\/web scaled$/m);
    assert.match(await well("rollout status deployment/web"), /successfully rolled out/);
    assert.match(await well("set image deployment/web nginx=nginx:2"), /image updated/);
    assert.match(await well("rollout status deployment/web"), /successfully rolled out/);
    assert.match(await well("get deployment web"), /^web\s+3\/3\s+3\s+3\s+\S+$/m);
    assert.match(await well("get rs -o wide"), /nginx:2/);
    assert.match(await well("rollout history deployment/web"), /^2 +<none>$/m);
    assert.match(await well("rollout undo deployment/web"), /rolled back/);
    assert.match(await well("get nodes"), /^node-1\s+Ready\s+<none>\s+\S+\s+v1\.30\.0$/m);
    assert.match(
      await well("get svc,endpointslices -A"),
      /service\/kubernetes\s+ClusterIP\s+10\.100\.0\.1/,
    );
    assert.match(
      await well("get pods -l app=web --field-selector=status.phase=Running -o name"),
      /^pod\/web-/m,
    );
  });

  it("describes, with the events of what it describes", async () => {
    assert.match(
      await well("describe deployment web"),
      /Events:\n[^]*Normal +ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set web-\S+ to 1 from 0$/m,
    );
    const [pod = ""] = (await well("get pods -l app=web -o name")).split("\n");
    const described = await well(`describe ${pod}`);
    assert.match(described, /^Controlled By: +ReplicaSet\/web-\S+$/m);
    assert.match(
      described,
      /Normal +Scheduled +\S+ +default-scheduler +Successfully assigned default\/web-/,
    );
    assert.match(described, /Normal +Started +\S+ +kubelet +Started container nginx$/m);
    assert.match(await well("describe node node-1"), /^ +Ready +True .* KubeletReady/m);
    assert.match(
      await well("get events --field-selector reason=Scheduled"),
      /^\d+s +Normal +Scheduled +pod\/web-/m,
    );
    assert.match(await well("events --for deployment/web"), /ScalingReplicaSet/);
    assert.match(await well("get endpoints web"), /^web +10\.0\.\d+\.\d+:8080/m);
    assert.match(await well("get svc,ep web -o wide"), /^endpoints\/web /m);
  });

  it("pauses, resumes, restarts and looks into history", async () => {
    assert.match(await well("rollout history deployment/web --revision=2"), /Image:\s+nginx:2$/m);
    assert.match(await well("rollout pause deployment/web"), /paused/);
    assert.match(await well("rollout resume deployment/web"), /resumed/);
    assert.match(await well("rollout restart deployment/web"), /restarted/);
    assert.match(await well("rollout status deployment/web"), /successfully rolled out/);
    const whole = await well("get deployment web -o yaml");
    assert.match(
      whole,
      /^ {2}template:\n {4}metadata:\n {6}annotations:\n {8}kubectl.kubernetes.io\/restartedAt:/m,
    );
    assert.match(await well("apply -f -", whole), /^deployment.apps\/web (configured|unchanged)$/m);
  });

  it("is told what cannot be had, and why", async () => {
    const [pod = ""] = (await well("get pods -l app=web -o name")).split("\n");
    for (const words of [
      ["logs", pod],
      ["exec", pod, "--", "ls"],
      ["port-forward", pod, "18080:80"],
    ]) {
      const { code, err } = await run(words);
      assert.equal(code, 1, words.join(" "));
      assert.match(err, /no program really runs in pod "web-\S+" of the lab/, words.join(" "));
    }
    for (const words of ["explain pod", "top pods", "get gizmos", "apply --server-side -f -"]) {
      const { code, err } = await run(words.split(" "), "{}");
      assert.equal(code, 1, words);
      assert.doesNotMatch(err, /panic|InternalError|EOF$/, words);
    }
    assert.equal(await well("get --raw /healthz"), '"ok"\n');
  });

  it("patches in all three ways, and edits labels", async () => {
    await well('patch deployment web -p {"spec":{"replicas":2}}');
    await well('patch deployment web --type=merge -p {"metadata":{"labels":{"tier":"front"}}}');
    await well(
      'patch deployment web --type=json -p [{"op":"replace","path":"/spec/replicas","value":4}]',
    );
    const [replicas, tier] = (
      await well("get deployment web -o jsonpath={.spec.replicas},{.metadata.labels.tier}")
    ).split(",");
    assert.deepEqual([replicas, tier], ["4", "front"]);
    await well("label deployment web tier-");
    assert.match(await well("describe service web"), /^TargetPort:\s+8080\/TCP$/m);
  });

  it("watches what happens", async () => {
    const watching = run(["get", "pods", "-l", "app=web", "-w", "--request-timeout=4s"]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await well("scale --replicas=5 deployment/web");
    const { out } = await watching;
    assert.match(out, /^web-\S+\s+0\/1\s+Pending/m);
    assert.match(out, /^web-\S+\s+0\/1\s+ContainerCreating/m);
    assert.match(out, /^web-\S+\s+1\/1\s+Running/m);
  });

  it("is refused in its own words", async () => {
    writeFileSync(
      join(folder, "clash.yaml"),
      "apiVersion: v1\nkind: Service\nmetadata: {name: clash}\nspec: {clusterIP: 10.100.0.1, ports: [{port: 1}]}\n",
    );
    const clash = await run(["apply", "-f", "clash.yaml"]);
    assert.equal(clash.code, 1);
    assert.match(
      clash.err,
      /^The Service "clash" is invalid: spec\.clusterIPs: Invalid value: \[\]string\{"10\.100\.0\.1"\}: failed to allocate IP/m,
    );
    const odd = await run(
      ["apply", "-f", "-"],
      "apiVersion: v1\nkind: Gizmo\nmetadata: {name: g}\n",
    );
    assert.match(odd.err, /no matches for kind "Gizmo" in version "v1"/);
    assert.match((await run(["get", "pod", "nobody"])).err, /pods "nobody" not found/);
  });

  it("deletes, and waits until it is gone", async () => {
    assert.match(await well("delete deployment web"), /^deployment.apps "web" deleted/m);
    assert.match(await well("delete pod one --grace-period=1"), /^pod "one" deleted/m);
    assert.match(await well("delete namespace extra"), /^namespace "extra" deleted/m);
    await well("wait --for=delete pod -l app=web --timeout=20s").catch(() => undefined);
    assert.doesNotMatch(await well("get pods"), /web-/);
  });
});
