import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ROOT } from "../support/root.js";
import { readOdds, sumOfOdds } from "../support/odds.js";
import { capture } from "../support/transcript.js";

const CHAPTER = { cwd: join(ROOT, "examples", "chapter") };
const OBJECTS = ["-f", "cluster.yaml", "--config", "kube-proxy.yaml"];
const LISTING = [
  "trace",
  "--rules",
  "listing.rules",
  "--from",
  "192.168.1.5",
  "--to",
  "10.100.172.183:80",
];

describe("the command line", () => {
  it("explains itself, each command with an example or its arguments", async () => {
    const help = await capture(["--help"]);
    assert.equal(help.exitCode, 0);
    const commands = [...help.out.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name = ""]) => name);
    assert.ok(commands.includes("compile") && commands.includes("trace"));
    for (const name of commands) {
      if (name === "help") continue;
      const { exitCode, out } = await capture([name, "--help"]);
      assert.equal(exitCode, 0, name);
      assert.match(out, /Usage: chainwalk/, name);
    }
  });

  for (const argv of [
    ["nonsense"],
    ["trace", "--from", "10.0.0.1", "--to", "10.0.0.2:80"],
    ["trace", "--rules", "listing.rules", "--from", "10.0.0.1"],
    [...LISTING, "--seed", "1", "--odds"],
    [...LISTING, "--detail", "loud"],
    ["compile", "-f", "cluster.yaml", "--family", "5"],
    ["compile", "--unknown"],
  ]) {
    it(`\`${argv.join(" ")}\` is a misuse: exit code 2, nothing on standard output`, async () => {
      const { exitCode, out, err } = await capture(argv, CHAPTER);
      assert.equal(exitCode, 2);
      assert.equal(out, "");
      assert.match(err, /error:/);
    });
  }

  it("paints only for a terminal, and never with NO_COLOR", async () => {
    const plain = await capture(LISTING, CHAPTER);
    const painted = await capture(LISTING, { ...CHAPTER, outIsTerminal: true });
    const refused = await capture(LISTING, {
      ...CHAPTER,
      outIsTerminal: true,
      env: { NO_COLOR: "1" },
    });
    assert.ok(!plain.out.includes("\u001B["));
    assert.ok(painted.out.includes("\u001B["));
    assert.equal(refused.out, plain.out);
  });

  it("reads a dump from standard input", async () => {
    const input = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n";
    const { out } = await capture(
      [
        "trace",
        "--rules",
        "-",
        "--from",
        "10.0.0.1",
        "--to",
        "127.0.0.1:80",
        "--in",
        "lo",
        "--detail",
        "minimal",
      ],
      { input },
    );
    assert.match(out, /^INPUT filter INPUT 1 DROP$/m);
  });
});

describe("a question that cannot be meant", () => {
  const ONE = ["--from", "10.0.0.1", "--to", "10.0.0.2:80"];
  const MANY = ["--packets", "p.jsonl"];
  for (const [argv, words] of [
    [[...MANY, "--scenario", "s.yaml"], /give one/],
    [[...MANY, "--from", "10.0.0.1"], /--from is for one packet, not for those of --packets/],
    [["--scenario", "s.yaml", "--odds"], /--odds is for one packet, not for those of --scenario/],
    [[...ONE, "--jobs", "2"], /--jobs is for --count/],
    [[...ONE, "--count", "9", "--reply"], /--reply is another question/],
    [[...ONE, "--proto", "udp", "--flags", "syn"], /--flags are TCP's, not udp's/],
  ] as const) {
    it(`is refused with exit code 2: ${argv.join(" ")}`, async () => {
      const { err, out, exitCode } = await capture(["trace", "--rules", "-", ...argv]);
      assert.deepEqual([out, exitCode], ["", 2]);
      assert.match(err, words);
    });
  }
});

describe("a packet that cannot be", () => {
  const input = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
  for (const [argv, words] of [
    [["--to", "10.0.0.2"], /^--to: error: the port is missing: ADDRESS:PORT/],
    [["--to", "10.0.0.2:80", "--proto", "foo"], /^--proto: error: "foo" is no protocol/],
    [["--to", "10.0.0.2:80", "--mark", "xyz"], /^--mark: error: "xyz" is no whole number/],
    [["--to", "10.0.0.2:80", "--flags", "sym"], /^--flags: error: "sym" is no TCP flag/],
    [["--to", "10.0.0.2:80", "--family", "6"], /^--family: error: IPv6 is asked for, and both/],
  ] as const) {
    it(`is told by its option: ${argv.join(" ")}`, async () => {
      const line = ["trace", "--rules", "-", "--from", "10.0.0.1", ...argv];
      const { err, out, exitCode } = await capture(line, { input });
      assert.deepEqual([out, exitCode], ["", 3]);
      assert.match(err, words);
    });
  }
});

describe("the chapter's own listing", () => {
  it("sends a half, a quarter and, untranslated, another quarter, with a sentence that says why", async () => {
    const { out } = await capture([...LISTING, "--odds"], CHAPTER);
    assert.match(out, /50 % {2}1\/2 +forwarded to 192\.168\.127\.78:8080/);
    assert.match(out, /25 % {2}1\/4 +forwarded to 192\.168\.155\.71:8080/);
    assert.match(out, /25 % {2}1\/4 +forwarded to 10\.100\.172\.183:80 .*untranslated/);
    assert.match(out, /^why 25 % goes untranslated: in KUBE-SVC-NPJI both draws fail/m);
  });

  it("has odds in JSON that add up to exactly 1", async () => {
    const { outcomes } = readOdds(
      (await capture([...LISTING, "--odds", "-o", "json"], CHAPTER)).out,
    );
    assert.equal(sumOfOdds(outcomes), "1");
    assert.deepEqual(
      outcomes.map(({ probability, odds, translated }) => [probability, odds, translated]),
      [
        [0.5, "1/2", true],
        [0.25, "1/4", true],
        [0.25, "1/4", false],
      ],
    );
  });
});

describe("three ways to ask", () => {
  const question = [
    "trace",
    ...OBJECTS,
    "--from",
    "pod/default/client",
    "--to",
    "svc/default/myapp:80",
  ];

  it("--seed walks one way, the same every time", async () => {
    const walks = await Promise.all(
      [1, 2, 3].map(() => capture([...question, "--seed", "a", "-o", "json"], CHAPTER)),
    );
    assert.equal(new Set(walks.map(({ out }) => out)).size, 1);
    assert.match(walks[0]?.out ?? "", /"verdict":"forwarded"/);
  });

  it("--seed reaches both endpoints as the seed changes", async () => {
    const seeds = Array.from({ length: 20 }, (_, seed) => String(seed));
    const walks = await Promise.all(
      seeds.map((seed) => capture([...question, "--seed", seed, "-o", "json"], CHAPTER)),
    );
    const ends = new Set(walks.map(({ out }) => /"destination":"([^"]+)"/.exec(out)?.[1]));
    assert.deepEqual(ends, new Set(["10.0.2.3", "10.0.3.5"]));
  });

  it("--endpoint walks to that endpoint, and says what there is when it cannot", async () => {
    const walked = await capture([...question, "--endpoint", "10.0.3.5:8080"], CHAPTER);
    assert.match(walked.out, /^forwarded to 10\.0\.3\.5:8080/m);
    const missed = await capture([...question, "--endpoint", "10.0.9.9:8080"], CHAPTER);
    assert.equal(missed.exitCode, 3);
    assert.match(missed.err, /10\.0\.2\.3:8080.*10\.0\.3\.5:8080/);
  });

  it("--odds tells all outcomes, and they add up to exactly 1", async () => {
    const { outcomes } = readOdds(
      (await capture([...question, "--odds", "-o", "json"], CHAPTER)).out,
    );
    assert.equal(outcomes.length, 2);
    assert.equal(sumOfOdds(outcomes), "1");
  });

  it("--count draws connections that fit the odds", async () => {
    const { out } = await capture([...question, "--count", "2000", "--seed", "7"], CHAPTER);
    const p = Number(/p = ([\d.]+)$/m.exec(out)?.[1]);
    assert.ok(p > 0.001, out);
  });
});
