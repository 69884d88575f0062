import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/root.js";
import { capture } from "../support/transcript.js";

/**
 * A node's rules as the real iptables saved them: a compiled cluster beside Docker-, Calico- and
 * firewall-like rules (`test/dumps/neighbours.rules`), once of each backend.
 */
const DUMPS = join(ROOT, "test", "dumps");
const HOST = ["--addresses", "addresses.json", "--routes", "routes.json"];

const THIRD = "715827883/2147483648";
const CLAIMS: readonly (readonly [
  claim: string,
  ends: string,
  protocol: string,
  lines: readonly string[],
])[] = [
  [
    "a Pod's packet to a Service reaches each of three endpoints alike, itself included",
    "10.244.1.11 10.96.20.1:80",
    "tcp",
    [
      `${THIRD} forwarded 10.244.1.11:8080`,
      "1431655765/4294967296 forwarded 10.244.2.12:8080",
      "1431655765/4294967296 forwarded 10.244.2.13:8080",
    ],
  ],
  [
    "a Service without endpoints answers with an ICMP error",
    "10.244.1.11 10.96.20.2:80",
    "tcp",
    ["1 rejected 10.96.20.2:80"],
  ],
  [
    "a published container port leads to the container",
    "203.0.113.9 172.18.0.3:9000",
    "tcp",
    ["1 forwarded 172.17.0.2:9000"],
  ],
  [
    "a source that DOCKER-USER bans is dropped after the DNAT",
    "198.51.100.9 172.18.0.3:9000",
    "tcp",
    ["1 dropped 172.17.0.2:9000"],
  ],
  [
    "a workload's packet that no policy allows is dropped",
    "10.244.1.11 10.244.2.13:6379",
    "tcp",
    ["1 dropped 10.244.2.13:6379"],
  ],
  [
    "a first login is let in, and noted",
    "203.0.113.9 172.18.0.3:22",
    "tcp",
    ["1 delivered 172.18.0.3:22"],
  ],
  [
    "a query to the node's own port 53 is refused",
    "203.0.113.9 172.18.0.3:53",
    "udp",
    ["1 rejected 172.18.0.3:53"],
  ],
  [
    "anything else to the node is dropped",
    "203.0.113.9 172.18.0.3:8443",
    "tcp",
    ["1 dropped 172.18.0.3:8443"],
  ],
];

for (const backend of ["legacy", "nft"]) {
  describe(`a node with many owners of rules, saved from ${backend}`, () => {
    for (const [claim, ends, protocol, lines] of CLAIMS) {
      it(claim, async () => {
        const [from = "", to = ""] = ends.split(" ");
        const question = ["--from", from, "--to", to, "--proto", protocol];
        const argv = ["trace", "--rules", `node.${backend}.save`, ...HOST, ...question];
        const { out, err } = await capture([...argv, "--odds", "--detail", "minimal"], {
          cwd: DUMPS,
        });
        assert.equal(err, "");
        assert.deepEqual(out.trim().split("\n").sort(), [...lines].sort());
      });
    }
  });
}

describe("the two backends' saves of one node", () => {
  it("hold the same rules", async () => {
    const { exitCode } = await capture(["diff", "node.legacy.save", "node.nft.save"], {
      cwd: DUMPS,
    });
    assert.equal(exitCode, 0);
  });
});
