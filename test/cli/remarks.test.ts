import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { capture } from "../support/transcript.js";

const SERVICE = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SEP-A - [0:0]
:KUBE-SEP-B - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -p udp -m udp --dport 53 -j KUBE-SVC-A
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-SVC-A ! -s 10.0.0.0/16 -d 10.96.0.1/32 -p udp -m udp --dport 53 -j KUBE-MARK-MASQ
-A KUBE-SVC-A -m recent --rcheck --seconds 60 --reap --name KUBE-SEP-A -j KUBE-SEP-A
-A KUBE-SVC-A -m statistic --mode random --probability 0.5 -j KUBE-SEP-A
-A KUBE-SVC-A -j KUBE-SEP-B
-A KUBE-SEP-A -p udp -m recent --set --name KUBE-SEP-A -m udp -j DNAT --to-destination 10.0.1.3:53
-A KUBE-SEP-B -p udp -m udp -j DNAT --to-destination 10.0.2.3:53
COMMIT
`;
const ENTRY =
  "udp 17 20 src=10.0.1.9 dst=10.96.0.1 sport=4000 dport=53 [UNREPLIED] src=10.0.2.3 dst=10.0.1.9 sport=53 dport=4000 mark=0 use=1\n";
const ROUTES = JSON.stringify([
  { dst: "default", gateway: "192.0.2.254", dev: "eth0" },
  { dst: "10.0.1.0/24", dev: "cni0" },
  { dst: "10.0.2.0/24", gateway: "192.0.2.12", dev: "eth0" },
  { dst: "10.0.77.0/24", gateway: "192.0.2.13", dev: "eth0" },
]);

describe("what a trace remarks", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-remarks-"));
    writeFileSync(join(folder, "service"), SERVICE);
    writeFileSync(join(folder, "routes"), ROUTES);
  });
  after(() => rmSync(folder, { recursive: true }));

  const remarks = async (argv: string, rules?: string): Promise<readonly string[]> => {
    if (rules !== undefined) writeFileSync(join(folder, "rules"), rules);
    const words = ["trace", ...argv.split(" "), "-o", "json"];
    if (!words.includes("--endpoint")) words.push("--odds");
    const { out, err } = await capture(words, { cwd: folder });
    assert.equal(err, "");
    const answer: unknown = JSON.parse(out);
    assert.ok(typeof answer === "object" && answer !== null && "remarks" in answer);
    assert.ok(Array.isArray(answer.remarks));
    return answer.remarks.map(String);
  };
  const filter = (rules: string, policy = "ACCEPT"): string =>
    `*filter\n:FORWARD ${policy} [0:0]\n:DOCKER-USER - [0:0]\n:KUBE-SERVICES - [0:0]\n${rules}\nCOMMIT\n`;
  const PACKET = "--from 10.0.0.1 --to 10.0.0.2:80";

  it("a drop that alone stands in the way", async () => {
    const rules = filter("-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j DROP");
    assert.deepEqual(await remarks(`--rules rules ${PACKET}`, rules), [
      "without that rule: forwarded to 10.0.0.2:80 by eth0 untranslated",
    ]);
  });

  it("a drop that another one stands behind", async () => {
    const rules = filter("-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j DROP", "DROP");
    assert.deepEqual(await remarks(`--rules rules ${PACKET}`, rules), [
      "without that rule: dropped by filter FORWARD policy DROP",
    ]);
  });

  it("nothing about kube-proxy's own refusals", async () => {
    const rules = filter("-A FORWARD -j KUBE-SERVICES\n-A KUBE-SERVICES -d 10.0.0.2/32 -j REJECT");
    assert.deepEqual(await remarks(`--rules rules ${PACKET}`, rules), []);
  });

  it("a refusal that an ACCEPT hides, and none for a drop of all that is left over", async () => {
    const accept = "-A FORWARD -s 10.0.0.0/8 -j ACCEPT\n";
    const refusal = "-A FORWARD -j KUBE-SERVICES\n-A KUBE-SERVICES -d 10.0.0.2/32 -j REJECT";
    assert.deepEqual(await remarks(`--rules rules ${PACKET}`, filter(accept + refusal)), [
      "never reached: filter KUBE-SERVICES rule 1 (REJECT) of kube-proxy, line 7 (hidden by filter FORWARD rule 1 (ACCEPT), line 5)",
    ]);
    const rest = "-A FORWARD -j KUBE-SERVICES\n-A KUBE-SERVICES -j DROP";
    assert.deepEqual(await remarks(`--rules rules ${PACKET}`, filter(accept + rest)), []);
  });

  const QUERY = "--rules service --routes routes --proto udp --to 10.96.0.1:53";

  it("a connection that the rules would make otherwise now, with the command that ends it", async () => {
    const gone = ENTRY.replace("src=10.0.2.3", "src=10.0.2.99");
    writeFileSync(join(folder, "stale"), gone);
    const [known, stale] = await remarks(`${QUERY} --conntrack stale --from 10.0.1.9:4000`);
    assert.match(
      known ?? "",
      /^conntrack: .* goes to 10\.0\.2\.99:53, to which nobody has replied/,
    );
    assert.match(
      stale ?? "",
      /^stale: a new connection would go to 10\.0\.1\.3:53 or 10\.0\.2\.3:53/,
    );
    assert.match(
      stale ?? "",
      /conntrack -D -p udp -s 10\.0\.1\.9 -d 10\.96\.0\.1 --sport 4000 --dport 53/,
    );
  });

  it("a connection that goes where the rules may still send it is not stale", async () => {
    writeFileSync(join(folder, "sound"), ENTRY);
    const found = await remarks(`${QUERY} --conntrack sound --from 10.0.1.9:4000`);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^conntrack: /);
    assert.deepEqual(await remarks(`${QUERY} --conntrack sound --from 10.0.1.9:4001`), []);
  });

  it("an affinity list that is given by a file is asked, and refused without its clock", async () => {
    const seen = "src=10.0.1.9 ttl: 64 last_seen: 4295407630 oldest_pkt: 1 4295407630\n";
    const clock = "now at 2061590000000 nsecs\njiffies: 4295407880\n";
    writeFileSync(join(folder, "KUBE-SEP-A"), seen);
    writeFileSync(join(folder, "clock"), clock);
    const query = `trace ${QUERY} --from 10.0.1.9:4000 --odds`.split(" ");
    const given = await capture([...query, "--recent", "KUBE-SEP-A", "clock"], { cwd: folder });
    assert.match(given.out, /100 % {2}1 .* 10\.0\.1\.3:53/);
    const without = await capture([...query, "--recent", "KUBE-SEP-A"], { cwd: folder });
    assert.match(without.err, /KUBE-SEP-A:1: error: the times in a list count from/);
  });

  it("a source that is kept where the answer may go past the node, and the range that excuses it", async () => {
    const [kept, ...others] = await remarks(`${QUERY} --from 10.0.77.9 --in eth0`);
    assert.deepEqual(others, []);
    assert.match(kept ?? "", /^not masqueraded: .* by eth0, so 10\.0\.2\.3:53 sees 10\.0\.77\.9/);
    assert.match(kept ?? "", /nat KUBE-SVC-A rule 1 masquerades all sources but 10\.0\.0\.0\/16/);
  });

  it("nothing of a source whose answer comes back by this node", async () => {
    assert.deepEqual(await remarks(`${QUERY} --from 10.0.1.9`), []);
  });

  const draws = (...chances: readonly string[]): string =>
    [
      "*nat",
      ":PREROUTING ACCEPT [0:0]",
      ":LOT - [0:0]",
      "-A PREROUTING -j LOT",
      ...chances.map(
        (chance, index) =>
          `-A LOT -p tcp -m statistic --mode random --probability ${chance} -j DNAT --to-destination 10.0.0.${index + 3}`,
      ),
      "-A LOT -p tcp -j DNAT --to-destination 10.0.0.9",
      "COMMIT",
      "",
    ].join("\n");

  it("shares that are uneven, and none of those that look uneven and are not", async () => {
    assert.deepEqual(await remarks(`--rules rules ${PACKET}`, draws("0.25", "0.25")), [
      "uneven: each draw of LOT takes a part of what the draws before it left, here 0.25, 0.25, which makes 25 %, 18.75 %, 56.25 %; 3 equal shares take 1/3, 1/2 and no draw in the last rule",
    ]);
    const even = draws("0.25", "0.33333333349", "0.5");
    assert.deepEqual(await remarks(`--rules rules ${PACKET}`, even), []);
  });

  it("nothing of shares where not all ways were asked for", async () => {
    const argv = `--rules rules ${PACKET} --endpoint 10.0.0.4:80`;
    assert.deepEqual(await remarks(argv, draws("0.25", "0.25")), []);
  });

  describe("of a Service that is refused for want of endpoints", () => {
    const objects = (policy: string, endpoint: string): string => `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  type: LoadBalancer
  clusterIP: 10.96.0.9
  externalTrafficPolicy: ${policy}
  ports: [{ port: 80 }]
status: { loadBalancer: { ingress: [{ ip: 198.51.100.80 }] } }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ port: 8080 }]
endpoints: [${endpoint}]
`;
    const ask = async (policy: string, endpoint: string): Promise<string> => {
      writeFileSync(join(folder, "objects.yaml"), objects(policy, endpoint));
      const to = policy === "Local" ? "198.51.100.80:80" : "10.96.0.9:80";
      const argv = `-f objects.yaml --node a --from 203.0.113.7 --to ${to}`.split(" ");
      const { out } = await capture(["trace", ...argv], { cwd: folder });
      return /^endpoints: .*$/m.exec(out)?.[0] ?? "";
    };
    const AT_B = "{ addresses: [10.0.2.3], nodeName: b }";

    it("on this node: the nodes that do have some, and the policy", async () => {
      assert.equal(
        await ask("Local", AT_B),
        "endpoints: shop/web has 1 on b, none on a; under externalTrafficPolicy: Local a node serves only by its own",
      );
    });

    it("anywhere: whether there are none or none is ready", async () => {
      assert.match(await ask("Cluster", ""), /hold none of shop\/web: no Pod fits its selector/);
      const down =
        "{ addresses: [10.0.2.3], conditions: { ready: false, serving: false, terminating: true } }";
      assert.equal(
        await ask("Cluster", down),
        "endpoints: none of the 1 of shop/web is ready, 1 ending",
      );
    });
  });
});
