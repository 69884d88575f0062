import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ROOT } from "../support/root.js";
import { capture } from "../support/transcript.js";

const DUMPS = join(ROOT, "test", "dumps");
const NODE = [
  "trace",
  "--rules",
  "node.nft.save",
  "--addresses",
  "addresses.json",
  "--routes",
  "routes.json",
];
const TO_CONTAINER = {
  in: "eth0",
  protocol: "tcp",
  source: "203.0.113.9",
  sourcePort: 5001,
  destination: "172.18.0.3",
  destinationPort: 9000,
};

/** The walk has these fields; others may stand beside them. */
function assertHolds(walk: unknown, fields: Readonly<Record<string, unknown>>): void {
  const given: Record<string, unknown> = { ...(typeof walk === "object" ? walk : {}) };
  const found = Object.keys(fields).map((key): [string, unknown] => [key, given[key]]);
  assert.deepEqual(Object.fromEntries(found), fields);
}

describe("many packets at once", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-packets-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const walk = async (packets: readonly unknown[]) => {
    const file = join(folder, "packets.jsonl");
    writeFileSync(file, packets.map((packet) => JSON.stringify(packet)).join("\n"));
    const captured = await capture([...NODE, "--packets", file, "-o", "json"], { cwd: DUMPS });
    const lines = captured.out.trim().split("\n");
    return { ...captured, walks: lines.map((line): Record<string, unknown> => JSON.parse(line)) };
  };

  it("one may be a fragment, by option as by a line", async () => {
    const ask = (place: string) =>
      capture([...NODE, "--from", "203.0.113.9", "--to", "172.18.0.3:9000", "--fragment", place], {
        cwd: DUMPS,
      });
    assert.match((await ask("0+")).out, /forwarded to 172\.17\.0\.2:9000 by docker0/);
    assert.match((await ask("1480@7")).out, /unknown: a further fragment waits for the first/);
    assert.match((await ask("7")).err, /a multiple of 8/);
    assert.match((await ask("first")).err, /"first" is no \{"offset"/);
  });

  it("print a line each, with the verdict, the rules that matched and where the packet is then", async () => {
    const { walks, exitCode } = await walk([TO_CONTAINER]);
    assert.equal(exitCode, 0);
    const [first] = walks;
    assertHolds(first, {
      version: 1,
      verdict: "forwarded",
      in: "eth0",
      out: "docker0",
      mark: 0,
      source: "203.0.113.9",
      sourcePort: 5001,
      destination: "172.17.0.2",
      destinationPort: 9000,
    });
  });

  it("without `in` the node itself makes the packet", async () => {
    const { walks } = await walk([
      {
        ...TO_CONTAINER,
        in: undefined,
        source: "172.18.0.3",
        destination: "10.96.20.1",
        destinationPort: 80,
      },
    ]);
    assert.equal(walks[0]?.["verdict"], "sent");
    assert.match(JSON.stringify(walks[0]?.["steps"]), /"hook":"OUTPUT"/);
  });

  it("a reply in a named connection is turned back without a look at nat", async () => {
    const { walks } = await walk([
      { ...TO_CONTAINER, connection: "a" },
      { connection: "a", reply: true },
    ]);
    assertHolds(walks[1], {
      source: "172.18.0.3",
      sourcePort: 9000,
      destination: "203.0.113.9",
    });
    assert.doesNotMatch(JSON.stringify(walks[1]?.["steps"]), /"table":"nat"/);
  });

  it("lines without a name are new connections, even when they look alike", async () => {
    const { walks } = await walk([TO_CONTAINER, TO_CONTAINER]);
    assert.deepEqual(walks[0], walks[1]);
  });

  it("a bad line is told with its number, and the others are walked", async () => {
    const { walks, exitCode, err } = await walk([{ nonsense: 1 }, TO_CONTAINER]);
    assert.equal(exitCode, 3);
    assert.match(err, /packets\.jsonl:1:/);
    assert.equal(walks.length, 1);
  });
});

describe("a scenario of packets in time", () => {
  const walk = (events: readonly unknown[]) =>
    capture([...NODE, "--scenario", "-", "-o", "json"], {
      cwd: DUMPS,
      input: JSON.stringify(events),
    });

  it("lets a connection that nobody answered run out, so that nat is asked again", async () => {
    const packet = { ...TO_CONTAINER, protocol: "udp", destinationPort: 53, connection: "a" };
    const opening = { ...packet, protocol: "tcp", destinationPort: 9000 };
    const { out } = await walk([
      { at: "0s", packet: opening },
      { at: "5s", packet: { connection: "a", flags: "syn" } },
      { at: "10m", packet: { connection: "a", flags: "syn" } },
    ]);
    const asksNat = out
      .trim()
      .split("\n")
      .map((line) => /"chain":"DOCKER","rule":2,"target":"DNAT"/.test(line));
    assert.deepEqual(asksNat, [true, false, true]);
  });

  it("keeps a live connection's translation when the rules change under it", async () => {
    const { out } = await walk([
      { at: "0s", packet: { ...TO_CONTAINER, connection: "a" } },
      { at: "1s", packet: { connection: "a", reply: true } },
      { at: "2s", rules: join(ROOT, "examples", "chapter", "listing.rules") },
      { at: "3s", packet: { connection: "a" } },
    ]);
    const last: unknown = JSON.parse(out.trim().split("\n").at(-1) ?? "");
    assertHolds(last, { at: 3, verdict: "forwarded", destination: "172.17.0.2" });
  });

  for (const [what, event] of [
    ["a time that is none", { at: "soon", packet: TO_CONTAINER }],
    ["an event without packet or rules", { at: "1s" }],
    ["a field that is not known", { at: "1s", packet: TO_CONTAINER, colour: "red" }],
  ] as const) {
    it(`${what} is told, exit code 3`, async () => {
      const { exitCode, err } = await walk([event]);
      assert.equal(exitCode, 3);
      assert.match(err, /\[bad-scenario\]/);
    });
  }
});
