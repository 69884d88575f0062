import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/root.js";
import { readCells } from "../support/matrix/read.js";
import { capture } from "../support/transcript.js";

const FOLDER = { cwd: join(ROOT, "examples", "matrix") };
const MATRIX = ["matrix", "-f", "cluster.yaml", "--config", "kube-proxy.yaml"];
const ON_NODE = [...MATRIX, "--node", "worker-1"];

/** `SOURCE KIND` of every cell of the Service that does not stand well. */
async function problemsOf(service: string, ...argv: readonly string[]): Promise<readonly string[]> {
  const { out } = await capture([...argv, "--problems", "-o", "json"], FOLDER);
  return readCells(out)
    .filter((cell) => cell.service === service)
    .map(({ source, kind }) => `${source} ${kind}`);
}

describe("chainwalk matrix", () => {
  it("finds the clients that each bad Service fails, and none of the good one", async () => {
    const everybody = ["outside", "pod", "remote-pod", "node"].map((name) => `${name} cluster-ip`);
    assert.deepEqual(await problemsOf("orders", ...ON_NODE), everybody);
    assert.deepEqual(await problemsOf("agent", ...ON_NODE), everybody);
    assert.deepEqual(await problemsOf("web", ...ON_NODE), []);
    const shop = await problemsOf("shop", ...ON_NODE);
    assert.ok(shop.includes("outside node-port") && !shop.includes("pod node-port"), shop.join());
  });

  it("tells rules that still lead to a Pod that is gone", async () => {
    const rules = ["matrix", "-f", "cluster.yaml", "--rules", "yesterday.save"];
    assert.notEqual((await problemsOf("web", ...rules, "--node", "worker-1")).length, 0);
  });

  it("asks an endpoint's own Service from it, where it reaches itself masqueraded", async () => {
    const { out } = await capture([...ON_NODE, "--service", "web", "--source", "self"], FOLDER);
    assert.match(out, /10\.244\.1\.11:8080 33\.3 %, masqueraded/);
  });

  it("asks from an end of the user's own", async () => {
    const asked = ["--source", "198.51.100.9", "--service", "shop", "-o", "json"];
    const { out } = await capture([...ON_NODE, ...asked], FOLDER);
    const cells = readCells(out);
    assert.equal(cells.length, 3);
    assert.ok(cells.every(({ from, source }) => from === "198.51.100.9" && source === from));
  });

  it("prints as many CSV lines as outcomes, each with as many fields as the header", async () => {
    const { out } = await capture([...ON_NODE, "-o", "csv"], FOLDER);
    const json = await capture([...ON_NODE, "-o", "json"], FOLDER);
    const [header = "", ...lines] = out.trimEnd().split("\n");
    const outcomes = readCells(json.out).flatMap(({ ends }) => Object.keys(ends));
    assert.equal(lines.length, outcomes.length);
    const width = header.split(",").length;
    for (const line of lines) {
      assert.equal(line.replaceAll(/"(?:[^"]|"")*"/g, "x").split(",").length, width, line);
    }
  });

  it("folds Service ports that are alike, and shows each with --each", async () => {
    const items = Array.from({ length: 40 }, (_, at) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `s${at}`, namespace: "default" },
      spec: {
        clusterIP: `10.96.7.${at + 1}`,
        clusterIPs: [`10.96.7.${at + 1}`],
        ports: [{ port: 80 }],
      },
    }));
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const folded = await capture(["matrix", "-f", "-"], { input });
    assert.match(folded.out, /40 alike: default\/s0, .*\n {2}cluster IP\n.*: it has no endpoints/);
    assert.ok(folded.out.length < 2000);
    const each = await capture(["matrix", "-f", "-", "--each"], { input });
    assert.equal(each.out.match(/^default\/s\d+ /gm)?.length, 40);
  });

  it("keeps Service ports in order, also where a few are alike", async () => {
    const { out } = await capture(
      [...ON_NODE, "--source", "pod", "--rules", "yesterday.save"],
      FOLDER,
    );
    const labels = out.match(/^\S+\/\S+ (?=\()/gm) ?? [];
    assert.deepEqual(labels, [...labels].sort());
    assert.equal(labels.length, 4);
  });

  it("works for IPv6 Services", async () => {
    const items = [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "six", namespace: "default" },
        spec: {
          clusterIP: "fd00:96::1",
          clusterIPs: ["fd00:96::1"],
          ipFamilies: ["IPv6"],
          ports: [{ port: 80 }],
        },
      },
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: "six-1",
          namespace: "default",
          labels: { "kubernetes.io/service-name": "six" },
        },
        addressType: "IPv6",
        ports: [{ name: "", port: 8080 }],
        endpoints: [{ addresses: ["fd00:10::5"], conditions: { ready: true } }],
      },
    ];
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const { out } = await capture(["matrix", "-f", "-", "--family", "6"], { input });
    assert.match(out, /cluster IP \[fd00:96::1\]:80\n.* \[fd00:10::5\]:8080/);
  });

  it("says on standard error how far it is, once it has taken over a second", async () => {
    let now = Date.UTC(2026, 0, 1);
    const slow = () => (now += 300);
    const { out, err } = await capture(ON_NODE, { ...FOLDER, now: slow, errIsTerminal: true });
    const quiet = await capture(ON_NODE, FOLDER);
    assert.match(err, /\d+ of 31 packets \(\d+ %\)/);
    assert.ok(err.endsWith("\u001B[K"), "the line is wiped at the end");
    assert.equal(out, quiet.out);
    assert.equal(quiet.err, "");
  });

  it("stops when it is told to, with exit code 130", async () => {
    const { exitCode, err } = await capture(ON_NODE, { ...FOLDER, signal: AbortSignal.abort() });
    assert.equal(exitCode, 130);
    assert.match(err, /interrupted/);
  });

  for (const argv of [
    ["matrix"],
    [...MATRIX, "--rules", "a", "--snapshot", "b"],
    [...MATRIX, "-o", "xml"],
  ]) {
    it(`\`${argv.join(" ")}\` is a misuse: exit code 2`, async () => {
      const { exitCode, out } = await capture(argv, FOLDER);
      assert.equal(exitCode, 2);
      assert.equal(out, "");
    });
  }

  for (const [fault, argv] of [
    ["no-such-service", [...ON_NODE, "--service", "wbe"]],
    ["bad-source", [...ON_NODE, "--source", "everybody"]],
    ["unreadable-file", ["matrix", "-f", "nowhere.yaml"]],
    ["unreadable-file", ["matrix", "-f", "cluster.yaml", "--rules", "nowhere.save"]],
  ] as const) {
    it(`\`${argv.join(" ")}\` is bad input: ${fault}, exit code 3`, async () => {
      const { exitCode, err, out } = await capture(argv, FOLDER);
      assert.equal(exitCode, 3, err);
      assert.equal(out, "");
      assert.ok(err.includes(`[${fault}]`), err);
    });
  }
});

describe("chainwalk trace --count", () => {
  const question = [
    "trace",
    "-f",
    "cluster.yaml",
    "--config",
    "kube-proxy.yaml",
    "--node",
    "worker-1",
  ];
  const count = [...question, "--from", "external", "--to", "svc/default/web", "--seed", "7"];

  it("counts connections whose source port NAT draws", async () => {
    const { out } = await capture([...count, "--count", "3000", "-o", "json"], FOLDER);
    const { outcomes, fit }: { outcomes: readonly { observed: number }[]; fit: { p: number } } =
      JSON.parse(out);
    assert.equal(
      outcomes.reduce((sum, { observed }) => sum + observed, 0),
      3000,
    );
    assert.ok(fit.p > 0.001, out);
  });

  it("has data in JSON: destinations that are addresses", async () => {
    const { out } = await capture([...count, "--count", "30", "-o", "json"], FOLDER);
    const { outcomes }: { outcomes: readonly { destination: string; verdict: string }[] } =
      JSON.parse(out);
    assert.deepEqual(
      outcomes.map(({ destination, verdict }) => [verdict, destination]),
      ["10.244.1.11:8080", "10.244.2.12:8080", "10.244.2.13:8080"].map((to) => ["forwarded", to]),
    );
  });

  it("prints the same with one thread and with two", async () => {
    const many = [...count, "--count", "600000", "--jobs"];
    assert.deepEqual(await capture([...many, "2"], FOLDER), await capture([...many, "1"], FOLDER));
  });
});
