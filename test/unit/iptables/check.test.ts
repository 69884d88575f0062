import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Fault } from "../../../engine/errors.js";
import { checkDump, checkRuleset } from "../../../engine/iptables/check.js";
import { makeRule } from "../../../engine/iptables/make.js";
import { parseDump } from "../../../engine/iptables/parse.js";
import type { Chain } from "../../../engine/iptables/types.js";
import { filterTable } from "../../support/rules.js";

/** What is found in a table, notes aside, as `code line:column`. */
function found(text: string, ...also: readonly Fault["severity"][]): readonly string[] {
  const faults = checkDump(parseDump(text, { family: 4 }));
  return faults
    .filter(({ severity }) => severity !== "note" || also.includes("note"))
    .map(({ code, at }) => `${code} ${at.line ?? "-"}:${at.column ?? "-"}`);
}

function inFilter(...lines: readonly string[]): readonly string[] {
  return found(["*filter", ...lines, "COMMIT", ""].join("\n"));
}

function message(text: string, code: string): string {
  const faults = checkDump(parseDump(text, { family: 4 }));
  return faults.find((fault) => fault.code === code)?.message ?? "";
}

describe("checking jumps", () => {
  it("finds those to a chain that is not there, at its name", () => {
    assert.deepEqual(inFilter("-A INPUT -p tcp -j NOWHERE", "-A INPUT -g THERE"), [
      "jump-to-missing-chain 2:20",
      "jump-to-missing-chain 3:13",
    ]);
  });

  it("finds those to a built-in chain or to one declared later", () => {
    assert.deepEqual(inFilter(":A -", "-A INPUT -j A", "-A A -j OUTPUT"), [
      "jump-to-built-in-chain 4:9",
    ]);
    assert.deepEqual(inFilter("-A INPUT -j A", ":A -"), ["jump-before-chain 2:13"]);
  });

  it("notes those to an empty chain", () => {
    const text = "*filter\n:A -\n-A INPUT -j A\n-A OUTPUT -j A\nCOMMIT\n";
    assert.deepEqual(found(text, "note"), ["jump-to-empty-chain 3:13"]);
  });
});

describe("checking loops", () => {
  it("refuses one that a hook leads to, and shows its way", () => {
    const text = "*filter\n:A -\n:B -\n-A INPUT -j A\n-A A -j B\n-A B -p tcp -g A\nCOMMIT\n";
    assert.deepEqual(found(text), ["loop 6:16"]);
    assert.match(message(text, "loop"), /A -> B -> A/);
  });

  it("warns of one that no hook leads to", () => {
    const text = "*filter\n:A -\n-A A -p tcp -j A\nCOMMIT\n";
    assert.deepEqual(found(text), ["unused-chain 2:2", "loop 3:16"]);
    const loop = checkDump(parseDump(text)).find(({ code }) => code === "loop");
    assert.equal(loop?.severity, "warning");
  });

  it("takes two jumps to one chain for no loop", () => {
    assert.deepEqual(
      inFilter(
        ":A -",
        ":B -",
        "-A INPUT -j A",
        "-A INPUT -j B",
        "-A A -j B",
        "-A B -p tcp -j ACCEPT",
      ),
      [],
    );
  });

  it("finds its way through chains 100,000 deep, which nftables would not take", () => {
    const chains = new Map<string, Chain>();
    const add = (name: string, to: string) => {
      const target = { name: "jump", chain: to } as const;
      const origin = { kind: "compiled", subject: undefined, reason: "test" } as const;
      const rules = [makeRule({ target, origin })];
      chains.set(name, { name, policy: undefined, counters: undefined, rules, line: undefined });
    };
    add("INPUT", "C0");
    for (let at = 0; at < 100_000; at++) add(`C${at}`, `C${at + 1}`);
    add("C100000", "C99999");
    const faults = checkRuleset({
      family: 4,
      tables: new Map([["filter", { name: "filter", chains }]]),
    });
    assert.deepEqual(
      faults.filter(({ severity }) => severity === "error").map(({ code }) => code),
      ["loop"],
    );
  });

  it("warns of chains deeper than nftables takes", () => {
    const chain = (depth: number) => [
      ...Array.from({ length: depth }, (_, at) => `:C${at} -`),
      "-A INPUT -j C0",
      ...Array.from({ length: depth - 1 }, (_, at) => `-A C${at} -j C${at + 1}`),
      `-A C${depth - 1} -j ACCEPT`,
    ];
    assert.deepEqual(inFilter(...chain(15)), []);
    assert.deepEqual(inFilter(...chain(16)), ["too-deep 33:11"]);
  });
});

describe("checking what is never reached", () => {
  it("finds rules after a verdict that takes every packet", () => {
    const text =
      "*filter\n-A INPUT -p tcp -j DROP\n-A INPUT -j REJECT\n-A INPUT -p udp\n-A INPUT -j ACCEPT\nCOMMIT\n";
    assert.deepEqual(found(text), ["unreachable-rule 4:1"]);
    assert.match(message(text, "unreachable-rule"), /rules 3 to 4 of INPUT .* rule 2, line 3,/);
  });

  it("counts a jump to a chain that never returns", () => {
    const lines = [
      ":A -",
      ":B -",
      "-A INPUT -j A",
      "-A INPUT -p tcp",
      "-A A -p udp -j B",
      "-A A -j B",
    ];
    assert.deepEqual(inFilter(...lines, "-A B -j DROP"), ["unreachable-rule 5:1"]);
    assert.deepEqual(inFilter(...lines, "-A B -p udp -j RETURN", "-A B -j DROP"), []);
    assert.deepEqual(inFilter(...lines, "-A B -p udp -j DROP"), []);
  });

  it("counts -g to a chain that may return as a way back", () => {
    const lines = [
      ":A -",
      ":B -",
      "-A INPUT -j A",
      "-A INPUT -p tcp",
      "-A A -p udp -g B",
      "-A A -j DROP",
    ];
    assert.deepEqual(inFilter(...lines, "-A B -p udp -j ACCEPT"), []);
    assert.deepEqual(inFilter(...lines, "-A B -j ACCEPT"), ["unreachable-rule 5:1"]);
  });

  it("takes rules that only mark, log or count for no verdict", () => {
    assert.deepEqual(
      inFilter("-A INPUT -j LOG", "-A INPUT -j MARK --set-mark 1", "-A INPUT", "-A INPUT -j DROP"),
      [],
    );
  });

  it("finds chains that nothing leads to, one that only such a chain calls too", () => {
    assert.deepEqual(inFilter(":A -", ":B -", "-A A -j B", "-A B -j DROP"), [
      "unused-chain 2:2",
      "unused-chain 3:2",
    ]);
    assert.deepEqual(found("*filter\n:A -\nCOMMIT\n", "note"), ["unused-chain 2:2"]);
  });
});

describe("checking where extensions stand", () => {
  it("finds targets in a table that does not take them", () => {
    const dnat = "-j DNAT --to-destination 10.0.0.1";
    assert.deepEqual(inFilter(`-A FORWARD ${dnat}`), ["wrong-table 2:15"]);
    assert.deepEqual(found("*nat\n-A PREROUTING -j DROP\nCOMMIT\n"), ["wrong-table 2:18"]);
    assert.deepEqual(found("*mangle\n-A FORWARD -j REJECT\nCOMMIT\n"), ["wrong-table 2:15"]);
  });

  it("finds targets at a hook that does not take them, also through user chains", () => {
    const text =
      "*nat\n:A -\n:B -\n-A POSTROUTING -j A\n-A A -j B\n-A B -j DNAT --to-destination 10.0.0.1\nCOMMIT\n";
    assert.deepEqual(found(text), ["wrong-hook 6:9"]);
    assert.match(message(text, "wrong-hook"), /POSTROUTING \(which leads to B\)/);
    assert.deepEqual(
      found("*nat\n:B -\n-A OUTPUT -j B\n-A B -j DNAT --to-destination 10.0.0.1\nCOMMIT\n"),
      [],
    );
  });

  it("refuses -o where packets come in and -i where they leave", () => {
    assert.deepEqual(inFilter("-A INPUT -o eth0", "-A OUTPUT -i eth0"), [
      "interface-in-hook 2:1",
      "interface-in-hook 3:1",
    ]);
  });

  it("warns of a drop policy in nat", () => {
    assert.deepEqual(found("*nat\n:PREROUTING DROP\nCOMMIT\n"), ["drop-policy-in-nat 2:2"]);
  });
});

describe("checking rules that say nothing new", () => {
  it("finds a rule that stands twice, however spelled", () => {
    const text =
      "*filter\n-A INPUT -p tcp --dport 80 -j DROP\n-A INPUT -p udp\n-A INPUT -p 6 -m tcp --dport http -j DROP\nCOMMIT\n";
    assert.deepEqual(found(text), ["duplicate-rule 4:1"]);
    assert.match(
      message(text, "duplicate-rule"),
      /rule 3 of INPUT is the same as rule 1 in line 2/,
    );
  });

  it("lets rules stand twice that do something each time", () => {
    const twice = (words: string) => inFilter(`-A INPUT ${words}`, `-A INPUT ${words}`);
    assert.deepEqual(twice("-p tcp -j LOG"), []);
    assert.deepEqual(twice("-m recent --set --name X"), []);
    assert.deepEqual(twice("-p tcp -m statistic --mode random --probability 0.5 -j LOG"), []);
  });

  it("finds rules that can match nothing", () => {
    assert.deepEqual(
      inFilter(
        "-A INPUT -m mark --mark 0xff/0xf",
        "-A INPUT -p tcp --tcp-flags SYN ACK",
        "-A INPUT -m statistic --mode random --probability 0 -j DROP",
        "-A INPUT -m mark ! --mark 0xff/0xf",
      ),
      ["never-matches 2:18", "never-matches 3:17", "never-matches 4:37"],
    );
  });
});

describe("checking rules that only one backend takes", () => {
  const REFUSED = [
    ["filter", "-A INPUT -m limit --limit 1/day", "legacy", 13],
    ["filter", "-A INPUT -m limit --limit 1/sec --limit-burst 0", "legacy", 13],
    ["filter", "-A INPUT -j TRACE", "legacy", 13],
    ["mangle", "-A FORWARD -p tcp -m tcp -j TCPMSS --set-mss 1360", "legacy", 29],
    ["mangle", "-A FORWARD -p tcp -m tcp ! --syn -j TCPMSS --set-mss 1360", "legacy", 37],
    ["filter", "-A INPUT -j QUEUE", "nft", 13],
    ["filter", "-A INPUT ! -s 0.0.0.0/0", "nft", 12],
    ["filter", "-A INPUT ! -d 0/0", "nft", 12],
  ] as const;
  const BANNERS = {
    legacy: "# Generated by iptables-save v1.8.9 (legacy) on Sun",
    nft: "# Generated by iptables-nft-save v1.8.9 (nf_tables) on Sun",
  } as const;

  for (const [table, rule, by, column] of REFUSED) {
    const text = `*${table}\n${rule}\nCOMMIT\n`;
    const code = `refused-by-${by}`;
    const severityIn = (dump: string) =>
      checkDump(parseDump(dump, { family: 4 })).find((fault) => fault.code === code)?.severity;

    it(`warns that ${by} refuses ${rule}`, () => {
      assert.ok(found(text).includes(`${code} 2:${column}`), found(text).join(" "));
      assert.equal(severityIn(text), "warning");
    });

    it(`refuses ${rule} in a dump of ${by} and takes it in one of the other backend`, () => {
      assert.equal(severityIn(`${BANNERS[by]}\n${text}`), "error");
      assert.equal(severityIn(`${BANNERS[by === "nft" ? "legacy" : "nft"]}\n${text}`), undefined);
    });
  }

  it("tells a last COMMIT without a line end, which legacy does not take", () => {
    const text = "*filter\n-A INPUT -p tcp\nCOMMIT";
    assert.deepEqual(found(text), ["no-line-end 3:1"]);
    assert.deepEqual(found(`${BANNERS.nft}\n${text}`), []);
    assert.deepEqual(found(`${text}\n`), []);
    assert.deepEqual(found(`${text}\n# Completed`), []);
  });

  it("says nothing of what both take", () => {
    assert.deepEqual(
      inFilter(
        "-A INPUT -m limit --limit 1/hour --limit-burst 10000",
        "-A INPUT -s 0/0 -p tcp",
        "-A OUTPUT -p tcp -m tcp --tcp-flags SYN,RST SYN -m limit --limit 3/min -j LOG",
      ),
      [],
    );
    const mangle = "*mangle\n-A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu\nCOMMIT\n";
    assert.deepEqual(found(`${mangle}*raw\n-A PREROUTING -p tcp -j TRACE\nCOMMIT\n`), []);
  });
});

describe("checking draws", () => {
  const draws = (...chances: readonly (number | undefined)[]) =>
    [
      "*nat",
      ":S -",
      ...chances.map((_, at) => `:E${at} -`),
      "-A PREROUTING -j S",
      ...chances.map((chance, at) =>
        chance === undefined
          ? `-A S -j E${at}`
          : `-A S -m statistic --mode random --probability ${chance.toFixed(10)} -j E${at}`,
      ),
      ...chances.map((_, at) => `-A E${at} -p tcp -j DNAT --to-destination 10.0.0.${at + 1}:80`),
      "COMMIT",
      "",
    ].join("\n");

  it("finds the share of packets that a chain loses", () => {
    const text = draws(0.5, 0.5);
    assert.deepEqual(found(text), ["probability-loses-packets 7:33"]);
    assert.match(
      message(text, "probability-loses-packets"),
      /^nat: 25% .* its targets get 50%, 25%;/,
    );
    assert.match(message(draws(1 / 3, 1 / 3, 1 / 3), "probability-loses-packets"), /29\.6296%/);
    assert.match(message(draws(0.5), "probability-loses-packets"), /50%/);
  });

  it("finds none where the last target takes what is left", () => {
    assert.deepEqual(found(draws(1 / 3, 1 / 2, undefined), "note"), []);
    assert.deepEqual(found(draws(1 / 3, 1 / 2, 1), "note"), []);
    assert.deepEqual(found(draws(undefined), "note"), []);
  });

  it("notes uneven shares", () => {
    const text = draws(1 / 2, 1 / 4, undefined);
    assert.deepEqual(found(text, "note"), ["uneven-probability 7:33"]);
    assert.match(message(text, "uneven-probability"), /50%, 12\.5%, 37\.5%/);
  });

  it("finds a target that is drawn for twice", () => {
    const text = draws(1 / 3, 1 / 2, undefined).replace("-j E1", "-j E0");
    assert.deepEqual(
      found(text).filter((line) => line.startsWith("prob")),
      ["probability-repeats-target 8:1"],
    );
  });

  it("sees that rules which ask for different packets are no draw between targets", () => {
    const text = filterTable(
      "-A INPUT -j A",
      "-A A -p tcp -m statistic --mode random --probability 0.5 -j DROP",
      "-A A -p udp -m statistic --mode random --probability 0.5 -j DROP",
    );
    assert.deepEqual(found(text), []);
  });

  it("takes every n-th packet for a share of 1/n", () => {
    const nth = (...every: number[]) =>
      draws(...every.map(() => 0.5)).replaceAll(
        /--mode random --probability \S+/g,
        () => `--mode nth --every ${every.shift() ?? 1} --packet 0`,
      );
    assert.match(message(nth(3, 2), "probability-loses-packets"), /33\.3333%/);
  });
});

describe("checking names", () => {
  it("finds chains whose name iptables does not take, at their line", () => {
    const name = "KUBE-SVC-ABCDEFGHIJKLMNOPQRST";
    assert.equal(name.length, 29);
    assert.deepEqual(inFilter(`:${name} -`, `-A INPUT -j ${name}`, `-A ${name} -j DROP`), [
      "chain-name-too-long 2:2",
      "chain-name-too-long 3:13",
      "chain-name-too-long 4:4",
    ]);
    assert.deepEqual(inFilter(":LOG -", "-A LOG -j DROP"), [
      "chain-named-as-target 2:2",
      "unused-chain 2:2",
    ]);
  });
});

describe("checking chain names", () => {
  const severities = (text: string) =>
    checkDump(parseDump(text, { family: 4 })).map(({ code, severity }) => `${severity} ${code}`);

  it("refuses those of targets without an extension, and warns of the others", () => {
    const named = (name: string) => severities(`*filter\n:${name} - [0:0]\nCOMMIT\n`);
    for (const name of ["ACCEPT", "DROP", "QUEUE", "RETURN"]) {
      assert.ok(named(name).includes("error bad-chain-name"), name);
    }
    assert.ok(named("LOG").includes("warning chain-named-as-target"));
  });

  it("tells of names that nft refuses, as an error in a dump of nft", () => {
    const text = "*filter\n:-A - [0:0]\n:!B - [0:0]\nCOMMIT\n";
    const told = (banner: string) =>
      severities(banner + text).filter((each) => each.endsWith(" name-refused-by-nft"));
    assert.equal(told("").join(), "warning name-refused-by-nft,warning name-refused-by-nft");
    const nft = "# Generated by iptables-save v1.8.9 (nf_tables) on Sun\n";
    assert.equal(told(nft).join(), "error name-refused-by-nft,error name-refused-by-nft");
    assert.equal(told(nft.replace("nf_tables", "legacy")).join(), "");
  });

  it("tells one that is too long once, whichever command makes the chain", () => {
    for (const line of [`-N ${"a".repeat(29)}`, `:${"a".repeat(29)} - [0:0]`]) {
      const told = severities(`*filter\n${line}\nCOMMIT\n`);
      assert.equal(told.filter((one) => one === "error chain-name-too-long").length, 1);
    }
  });
});
