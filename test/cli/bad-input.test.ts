import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { capture } from "../support/transcript.js";

const SERVICE = "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n";
const SLICE =
  "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: web-1, labels: { kubernetes.io/service-name: web } }\n";
const PORTS = "  ports: [{ port: 80 }]\n";

/** What is wrong, and each fault that must be told: its place and its code. */
const OBJECTS: readonly (readonly [what: string, text: string, faults: readonly string[]])[] = [
  ["not YAML", "a: [1, 2\nb: }", ["2:1 bad-yaml", "2:4 bad-yaml"]],
  [
    "only other kinds",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n",
    ["1:1 no-usable-object"],
  ],
  ["a Service without a cluster IP", SERVICE + PORTS, ["5:3 service-without-cluster-ip"]],
  [
    "a cluster IP that is no address",
    `${SERVICE}  clusterIP: 10.0.0.300\n${PORTS}`,
    ["5:14 bad-address"],
  ],
  [
    "an endpoint with port 70000",
    `${SLICE}addressType: IPv4\nports: [{ port: 70000 }]\nendpoints: []\n`,
    ["5:17 out-of-range"],
  ],
  [
    "an address of the wrong family",
    `${SLICE}addressType: IPv4\nports: [{ port: 80 }]\nendpoints: [{ addresses: ["fd00::1"] }]\n`,
    ["6:27 address-of-other-family"],
  ],
  ["an empty file", "", ["empty-file"]],
  ["a binary file", "\u007fELF\u0000\u0001", ["binary-file"]],
  [
    "several faults at once",
    `${SERVICE}  clusterIP: x\n  ports: [{ port: 0 }, { port: 80, nodePort: 99999 }]\n---\n${SERVICE}  ports: []\n`,
    [
      "5:14 bad-address",
      "6:19 out-of-range",
      "6:46 out-of-range",
      "12:3 service-without-cluster-ip",
    ],
  ],
];

const DUMPS: typeof OBJECTS = [
  [
    "a missing COMMIT",
    "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j ACCEPT\n",
    ["3:1 missing-commit"],
  ],
  [
    "a jump to a chain that isn't there",
    "*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j NOWHERE\nCOMMIT\n",
    ["3:18 jump-to-missing-chain"],
  ],
  [
    "a loop of jumps",
    "*filter\n:INPUT ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -j A\nCOMMIT\n",
    ["7:9 loop"],
  ],
  ["a binary file", "*nat\n\u0000", ["binary-file"]],
  ["an empty file", "", ["empty-file"]],
  [
    "several faults at once",
    "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 70000 -j DROP\n-A INPUT -s 1.2.3.4.5/99 -j DROP\n-A INPUT -j GONE\n",
    ["3:25 bad-value", "5:13 jump-to-missing-chain", "5:1 missing-commit"],
  ],
];

describe("bad input", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-bad-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const claim = (
    what: string,
    text: string,
    faults: readonly string[],
    argv: readonly string[],
  ) => {
    it(`${argv[0]}: ${what} is told with its place, exit code 3`, async () => {
      writeFileSync(join(folder, "input"), text);
      const { exitCode, err } = await capture(argv, { cwd: folder });
      assert.equal(exitCode, 3);
      assert.doesNotMatch(err, /\n\s+at .*:\d+:\d+/, "a stack trace");
      for (const fault of faults) {
        const [place, code] = fault.includes(" ") ? fault.split(" ") : ["", fault];
        const line = err
          .split("\n")
          .find(
            (told) =>
              told.includes(`input:${place}`.replace(/:$/, "")) && told.includes(`[${code}]`),
          );
        assert.ok(line !== undefined, `${fault} is not told in:\n${err}`);
      }
    });
  };

  for (const [what, text, faults] of OBJECTS) claim(what, text, faults, ["compile", "-f", "input"]);
  for (const [what, text, faults] of DUMPS) {
    claim(what, text, faults, [
      "trace",
      "--rules",
      "input",
      "--from",
      "10.0.0.1",
      "--to",
      "10.0.0.2:80",
    ]);
  }

  it("keeps what was good: the sound Service of a file is compiled beside a broken one", async () => {
    const sound = `${SERVICE}  clusterIP: 10.96.0.9\n${PORTS}`;
    writeFileSync(
      join(folder, "input"),
      `${sound}---\n${SERVICE.replace("web", "broken")}${PORTS}`,
    );
    const { exitCode, out } = await capture(["compile", "-f", "input"], { cwd: folder });
    assert.equal(exitCode, 3);
    assert.match(out, /-d 10\.96\.0\.9 --dport 80 -j REJECT/);
  });

  for (const argv of [
    ["trace", "-f", "missing.yaml", "--from", "10.0.0.1", "--to", "10.0.0.2:80"],
    ["trace", "--rules", "input", "--from", "10.0.0.1", "--to", "10.0.0.2:80"],
    ["size", "-f", "missing.yaml"],
    ["compile", "-f", "missing.yaml"],
  ]) {
    it(`what cannot be read is not taken for an empty node or cluster: ${argv[0]} ${argv[1]}`, async () => {
      writeFileSync(join(folder, "input"), "kind: Service\n");
      const { exitCode, out } = await capture(argv, { cwd: folder });
      assert.deepEqual([out, exitCode], ["", 3]);
    });
  }

  for (const option of ["--routes", "--addresses", "--conntrack"]) {
    for (const file of ["input", "missing"]) {
      it(`${option} of which nothing can be read (${file}) leaves the node's state assumed`, async () => {
        writeFileSync(join(folder, "input"), "root:x:0:0:root:/root:/bin/bash\n");
        writeFileSync(
          join(folder, "node.save"),
          "*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -o none -j MASQUERADE\nCOMMIT\n",
        );
        const ends = ["--from", "10.0.0.1", "--to", "10.0.0.2:80", "--detail", "full"];
        const argv = ["trace", "--rules", "node.save", ...ends];
        const plain = await capture(argv, { cwd: folder });
        const found = await capture([...argv, option, file], { cwd: folder });
        assert.deepEqual([found.exitCode, found.out], [3, plain.out]);
      });
    }
  }

  it("a file that is not there is told by name", async () => {
    const { exitCode, err } = await capture(["compile", "-f", "missing.yaml"], { cwd: folder });
    assert.equal(exitCode, 3);
    assert.match(err, /^missing\.yaml: error: no such file/);
  });
});
