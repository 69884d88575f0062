import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { capture, type Captured } from "../support/transcript.js";

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: nginx
          image: nginx:1
          ports: [{ containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: NodePort
  selector: { app: web }
  ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }]
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec: { containers: [{ name: shell, image: busybox }] }
`;

describe("chainwalk lab", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-lab-"));
    writeFileSync(join(folder, "web.yaml"), WEB);
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => rmSync(join(folder, "chainwalk-lab.json"), { force: true }));

  const lab = (words: string, input?: string): Promise<Captured> =>
    capture(
      ["lab", ...words.split(" ")],
      input === undefined ? { cwd: folder } : { cwd: folder, input },
    );
  const state = (): string => readFileSync(join(folder, "chainwalk-lab.json"), "utf8");
  const well = async (words: string): Promise<string> => {
    const { exitCode, out, err } = await lab(words);
    assert.equal(exitCode, 0, err);
    return out;
  };

  it("begins with three nodes and needs no server", async () => {
    assert.equal(await well("get nodes -o name"), "node/node-1\nnode/node-2\nnode/node-3\n");
  });

  it("applies manifests and lists what becomes of them in kubectl's columns", async () => {
    assert.equal(
      await well("apply -f web.yaml"),
      "deployment.apps/web created\nservice/web created\npod/client created\n",
    );
    const still = await lab("get pods");
    assert.match(still.err, /time stands still while work is waiting/);
    await well("tick");
    assert.match(
      await well("get deploy"),
      /^NAME   READY   UP-TO-DATE   AVAILABLE   AGE\nweb    2\/2     2            2           \d+s\n$/,
    );
    assert.match(
      await well("get svc web"),
      /^NAME   TYPE       CLUSTER-IP\s+EXTERNAL-IP   PORT\(S\)        AGE\nweb    NodePort   10\.100\.\S+\s+<none>        80:30080\/TCP   \d+s\n$/,
    );
    assert.equal(
      await well("apply -f web.yaml"),
      "deployment.apps/web unchanged\nservice/web unchanged\npod/client unchanged\n",
    );
    assert.match(
      await well("get pods -l app=web -o wide"),
      /web-\S+   1\/1     Running   0          \d+s\s+10\.0\.\d\.\d+\s+node-\d   <none>           <none>/,
    );
    const listed: unknown = JSON.parse(await well("get svc web -o json"));
    assert.match(JSON.stringify(listed), /"kind":"Service"/);
    assert.match(await well("get deploy web -o yaml"), /^apiVersion: apps\/v1\nkind: Deployment\n/);
  });

  it("answers a connection through the rules, or tells why nobody does", async () => {
    await well("apply -f web.yaml");
    await well("tick");
    const answered = await well("curl --from pod/client http://web");
    assert.match(
      answered,
      /answered by pod\/web-\S+, container nginx, on node-\d at 10\.0\.\d\.\d+:8080/,
    );
    assert.match(
      await well("curl --from node/node-2 http://192.168.0.1:30080 --odds"),
      /50\.00%   1\/2/,
    );
    const refused = await lab("curl --from pod/client http://web:81");
    assert.ok([7, 28].includes(refused.exitCode), `${refused.exitCode}`);
    assert.match(refused.out, /^lost: |^refused: /m);
    await well("scale --replicas 0 deployment/web");
    await well("tick");
    const none = await lab("curl --from pod/client http://web");
    assert.match(none.out, /refused: node-\d: filter KUBE-SERVICES rule \d+ \(REJECT\)/);
    assert.match(await well("rules --node node-1"), /default\/web has no endpoints/);
  });

  it("rolls out, tells the history, and goes back", async () => {
    await well("apply -f web.yaml");
    await well("rollout status deployment/web");
    await well("set image deployment/web nginx=nginx:2");
    assert.match(await well("rollout status deploy web"), /successfully rolled out\n$/);
    assert.match(
      await well("rollout history deploy/web"),
      /REVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n$/,
    );
    assert.equal(await well("rollout undo deploy/web"), "deployment.apps/web rolled back\n");
    await well("tick");
    assert.match(await well("get rs -o wide"), /web-\S+\s+2         2         2 .* nginx:1/);
    assert.match(
      await well("delete -f web.yaml"),
      /deployment.apps "web" deleted\nservice "web" deleted/,
    );
    await well("tick");
    assert.match((await lab("get pods")).err, /No resources found in default namespace\./);
  });

  it("tells who did what because of what", async () => {
    await well("apply -f web.yaml");
    await well("tick");
    const rows = (await well("events --of deployment/web -o json"))
      .trim()
      .split("\n")
      .map((line): { number: number; because?: number; actor: string } => JSON.parse(line));
    const numbers = new Set(rows.map(({ number }) => number));
    const outside = rows.filter(({ because }) => because === undefined);
    assert.deepEqual(
      outside.map(({ actor }) => actor),
      ["kubectl"],
    );
    assert.ok(rows.every(({ because }) => because === undefined || numbers.has(because)));
    const actors = new Set(rows.map(({ actor }) => actor.split("/")[0]));
    for (const actor of [
      "deployment-controller",
      "replicaset-controller",
      "scheduler",
      "kubelet",
    ]) {
      assert.ok(actors.has(actor), `nothing was done by ${actor}`);
    }
  });

  it("lists events and endpoints, which are made from the rest, in kubectl's columns", async () => {
    await well("apply -f web.yaml");
    await well("tick");
    const events = await well("get events");
    assert.match(events, /^LAST SEEN   TYPE     REASON +OBJECT +MESSAGE\n/);
    assert.match(
      events,
      /^\ds +Normal +Scheduled +pod\/client +Successfully assigned default\/client to node-\d$/m,
    );
    assert.match(await well("get ep web"), /^web    10\.0\.\d\.\d:8080,10\.0\.\d\.\d:8080   \ds$/m);
    assert.match(await well("get svc,ep web -o name"), /^service\/web\nendpoints\/web\n$/);
    assert.match((await lab("get ep none")).err, /endpoints "none" not found/);
    await well("tick 2h");
    assert.match((await lab("get events")).err, /No resources found/);
  });

  const BAD: readonly (readonly [claim: string, manifest: string, message: RegExp])[] = [
    [
      "a selector that does not match its template",
      WEB.replace("name: web", "name: fresh")
        .replace("{ app: web }", "{ app: other }")
        .split("---")[0] ?? "",
      /^The Deployment "fresh" is invalid: spec\.template\.metadata\.labels: Invalid value: map/,
    ],
    [
      "a clash of node ports",
      "{apiVersion: v1, kind: Service, metadata: {name: b}, spec: {type: NodePort, ports: [{port: 1, nodePort: 30080}]}}",
      /^The Service "b" is invalid: spec\.ports\[0\]\.nodePort: Invalid value: 30080: provided port is already allocated\n$/,
    ],
    [
      "an unknown kind",
      "{apiVersion: example.com/v1, kind: Gizmo, metadata: {name: g}}",
      /^error: resource mapping not found for name: "g" namespace: "" from "standard input": no matches for kind "Gizmo" in version "example\.com\/v1"/,
    ],
    [
      "a document that is no YAML",
      "kind: [Pod",
      /^error: error parsing standard input: .*\(standard input:\d+:\d+\)\n$/,
    ],
    ["nothing at all", "", /^error: no objects passed to apply/],
    ["an object without a kind", "metadata: {name: x}", /Object 'Kind' is missing/],
    [
      "another selector for a Deployment",
      (WEB.split("---")[0] ?? "").replaceAll("app: web", "app: other"),
      /^The Deployment "web" is invalid: spec\.selector: Invalid value: .*: field is immutable\n$/,
    ],
  ];
  for (const [claim, manifest, message] of BAD) {
    it(`refuses ${claim}, and its state stays as it was`, async () => {
      await well("apply -f web.yaml");
      const earlier = state();
      const { exitCode, out, err } = await lab("apply -f -", manifest);
      assert.equal(exitCode, 3);
      assert.equal(out, "");
      assert.match(err, message);
      assert.equal(state(), earlier);
    });
  }

  it("refuses a cluster of no nodes, or of more than there are addresses for", async () => {
    assert.equal((await lab("init --nodes 0")).exitCode, 2);
    const small = await lab("init --nodes 5 --pod-cidr 10.0.0.0/22");
    assert.equal(small.exitCode, 3);
    assert.match(small.err, /10\.0\.0\.0\/22 has room for the Pods of 4 nodes, not of 5/);
    assert.deepEqual(readdirSync(folder), ["web.yaml"]);
    assert.equal(
      await well("init --nodes 4 --pod-cidr 10.0.0.0/22"),
      "lab of 4 nodes in chainwalk-lab.json\n",
    );
    const again = await lab("init");
    assert.match(again.err, /holds a cluster already/);
    await well("init --force");
  });

  it("keeps its state in the file that is named, and says when it cannot", async () => {
    const file = join(folder, "elsewhere.json");
    await well(`--state ${file} get pods`);
    await well(`apply -f web.yaml --state ${file}`);
    assert.match(readFileSync(file, "utf8"), /^\{"format":"chainwalk-lab"/);
    const named = await capture(["lab", "get", "pods", "-o", "name"], {
      cwd: folder,
      env: { CHAINWALK_LAB: file },
    });
    assert.match(named.out, /^pod\/client\n/);
    const nowhere = await lab("--state /proc/none/lab.json init");
    assert.equal(nowhere.exitCode, 3);
    assert.match(nowhere.err, /the lab's state cannot be written, so nothing has changed/);
    writeFileSync(file, '{"format":"chainwalk-lab","version":2');
    const broken = await lab(`--state ${file} get pods`);
    assert.equal(broken.exitCode, 3);
    assert.match(broken.err, /no lab session, or was cut off/);
    rmSync(file);
    assert.deepEqual(readdirSync(folder).toSorted(), ["web.yaml"]);
  });

  it("says that its state was damaged, whatever part of it was", async () => {
    await well("apply -f web.yaml");
    const whole = state();
    for (const [from, to] of [
      ['"base":[', '"base":5,"was":['],
      ['"kind":"Namespace"', '"kind":"Space"'],
      ['"images":', '"pictures":'],
      ['"timing":', '"times":'],
    ] as const) {
      assert.ok(whole.includes(from), from);
      writeFileSync(join(folder, "chainwalk-lab.json"), whole.replace(from, to));
      const { exitCode, err } = await lab("get pods");
      assert.equal(exitCode, 3, from);
      assert.match(err, /the session was damaged or edited: /, from);
    }
  });

  it("lets commands that come at once do their work one after another", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const done = await Promise.all(
      names.map((name) =>
        lab("apply -f -", `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}`),
      ),
    );
    assert.deepEqual(
      done.map(({ exitCode }) => exitCode),
      names.map(() => 0),
    );
    assert.equal(await well("get cm -o name"), names.map((name) => `configmap/${name}\n`).join(""));
    assert.deepEqual(readdirSync(folder).toSorted(), ["chainwalk-lab.json", "web.yaml"]);
  });

  it("goes on from the last whole state after a command that was killed", async () => {
    await well("apply -f web.yaml");
    const earlier = state();
    const killed = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(join(folder, "chainwalk-lab.json.lock"), `${killed.pid}\n`);
    writeFileSync(join(folder, "chainwalk-lab.json.tmp"), earlier.slice(0, 1000));
    await well("tick");
    assert.match(await well("get pods -l app=web"), /1\/1     Running/);
    assert.deepEqual(readdirSync(folder).toSorted(), ["chainwalk-lab.json", "web.yaml"]);
  });

  it("speaks of what is not there as kubectl does", async () => {
    assert.match(
      (await lab("get pod nobody")).err,
      /^Error from server \(NotFound\): pods "nobody" not found\n$/,
    );
    assert.match(
      (await lab("get gizmos")).err,
      /^error: the server doesn't have a resource type "gizmos"\n$/,
    );
    assert.match(
      (await lab("scale --replicas 2 deploy/none")).err,
      /deployments\.apps "none" not found/,
    );
    assert.match((await lab("rollout undo deploy/none")).err, /deployments\.apps "none" not found/);
    assert.match((await lab("curl --from pod/none http://x")).err, /there is no pod none/);
    assert.match(
      (await lab("curl --from node/node-1 http://none")).err,
      /Could not resolve host: none/,
    );
    assert.match((await lab("kill node/none")).err, /nodes "none" not found/);
    assert.match(
      (await lab("set image deploy/none x=y")).err,
      /deployments\.apps "none" not found/,
    );
  });
});

describe("chainwalk lab play", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-play-"));
    writeFileSync(join(folder, "web.yaml"), WEB.split("---").slice(1).join("---"));
  });
  after(() => rmSync(folder, { recursive: true }));
  const play = async (text: string): Promise<Captured> => {
    writeFileSync(join(folder, "scenario.yaml"), text);
    return capture(["lab", "play", "scenario.yaml"], { cwd: folder });
  };

  it("goes on after a step that did not come as it should, and names its line", async () => {
    const { exitCode, out, err } = await play(
      'name: odd\nsteps:\n  - lab: get pods\n    prints: ["never *"]\n  - lab: get gizmos\n  - lab: get gizmos\n    fails: true\n',
    );
    assert.equal(exitCode, 1);
    assert.match(
      err,
      /^scenario\.yaml: line 3: it did not print: never \*\nscenario\.yaml: line 5: it failed \(exit 3\)\n$/,
    );
    assert.match(out, /odd: 3 steps, 0 of 2 expectations met\n$/);
  });

  it("lists everything that is wrong with a scenario before it begins", async () => {
    const { exitCode, out, err } = await play(
      "steps:\n  - lob: get pods\n  - assert: { no-failures: {} }\n  - assert: { heals: { of: x, within: soon } }\n  - observe: { name: x }\n",
    );
    assert.equal(exitCode, 3);
    assert.equal(out, "");
    assert.equal(err.trim().split("\n").length, 5);
    assert.match(err, /a step has no `lob`/);
    assert.match(err, /no-failures has `of`/);
    assert.match(err, /heals has `within`, a duration/);
  });

  it("refuses a cluster that it cannot make, with the line of what is wrong", async () => {
    const { exitCode, err } = await play(
      "cluster:\n  nodes: 0\n  size: 3\n  luck: { pods: [x], node-ports: [many] }\nsteps:\n  - lab: get pods\n",
    );
    assert.equal(exitCode, 3);
    assert.match(err, /`nodes` is a number from 1 to 5000 \(scenario\.yaml:2:10\)/);
    assert.match(err, /a cluster has no `size`/);
    assert.match(err, /luck has no `pods`/);
    assert.match(err, /`node-ports` are numbers \(scenario\.yaml:4:/);
  });

  it("lets chance fall where the scenario says, as long as that would do", async () => {
    const { exitCode, out, err } = await play(
      [
        "cluster: { luck: { cluster-ips: [10.100.7.7], nodes: [node-2] } }",
        "steps:",
        "  - lab: apply -f web.yaml",
        "  - lab: tick",
        '  - { lab: get pods -o wide, prints: ["client * 10.0.1.2 node-2 *"] }',
        '  - { lab: get svc web, prints: ["web * 10.100.7.7 *"] }',
      ].join("\n"),
    );
    assert.equal(exitCode, 0, err + out);
  });

  it("cannot judge what nobody observed", async () => {
    const { exitCode, err } = await play("steps:\n  - assert: { no-failures: { of: x } }\n");
    assert.equal(exitCode, 1);
    assert.match(err, /nothing is observed under the name x/);
  });
});
