import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { printRule } from "../../../engine/iptables/print.js";
import { codesOf, readRule, readRules } from "../../support/rules.js";

/** The rule as a save prints it, without `-A A`. */
function saved(words: string): string {
  return printRule("A", readRule(words), "save", 4).replace(/^-A A ?/, "");
}

/** The codes of what is wrong with `-A A ...`. */
function codes(words: string): readonly string[] {
  return codesOf(readRules([`-A A ${words}`]).faults);
}

describe("options of a rule", () => {
  it("may be long, short or cut short as far as they stay unambiguous", () => {
    const short = saved("-p tcp -s 10.0.0.1 -i eth0 -j ACCEPT");
    assert.equal(short, "-s 10.0.0.1/32 -i eth0 -p tcp -j ACCEPT");
    assert.equal(
      saved("--protocol tcp --source 10.0.0.1 --in-interface eth0 --jump ACCEPT"),
      short,
    );
    assert.equal(saved("--proto tcp --src 10.0.0.1 --in-i eth0 --ju ACCEPT"), short);
  });

  it("take their value after = where they belong to an extension", () => {
    assert.equal(saved("-p tcp --dport=80"), "-p tcp -m tcp --dport 80");
  });

  it("are negated by a ! before them", () => {
    assert.equal(
      saved("! -s 10.0.0.0/8 ! -p tcp ! -i eth+ ! -f"),
      "! -s 10.0.0.0/8 ! -i eth+ ! -p tcp ! -f",
    );
    assert.equal(saved("-p tcp ! --dport 80"), "-p tcp -m tcp ! --dport 80");
  });

  it("with the ! after them, as long ago, are read and reported", () => {
    const { rules, faults } = readRules(["-A A -s ! 10.0.0.0/8 -p tcp --dport ! 80"]);
    assert.deepEqual(codesOf(faults), ["old-negation", "old-negation"]);
    assert.equal(
      rules.map((rule) => printRule("A", rule, "save", 4)).join(),
      "-A A ! -s 10.0.0.0/8 -p tcp -m tcp ! --dport 80",
    );
  });

  it("that nobody knows are refused and the rule is kept", () => {
    const { rules, faults } = readRules(["-A A -p tcp --nonsense 1 -j ACCEPT"]);
    assert.deepEqual(codesOf(faults), ["unknown-option"]);
    assert.equal(rules[0]?.target?.name, "ACCEPT");
    assert.equal(faults[0]?.at.column, 13);
    assert.equal(faults[0]?.at.length, 10);
  });

  it("that could mean several are refused, with the candidates", () => {
    const { faults } = readRules(["-A A -m conntrack --cts NEW"]);
    assert.deepEqual(codesOf(faults), ["unknown-option"]);
    assert.match(faults[0]?.message ?? "", /--ctstate or --ctstatus/);
  });

  it("are given once", () => {
    assert.deepEqual(codes("-p tcp -p udp"), ["option-repeated"]);
    assert.deepEqual(codes("-j ACCEPT -j DROP"), ["option-repeated"]);
    assert.deepEqual(codes("-m comment --comment a --comment b"), ["option-repeated"]);
  });

  it("need their value", () => {
    assert.deepEqual(codes("-p"), ["missing-value"]);
    assert.deepEqual(codes("-p tcp --dport"), ["missing-value"]);
    assert.deepEqual(codes("-p tcp --tcp-flags SYN"), ["missing-value"]);
  });

  it("cannot all be negated", () => {
    assert.deepEqual(codes("! -j ACCEPT"), ["cannot-negate"]);
    assert.deepEqual(codes("! -m comment --comment a"), ["cannot-negate"]);
    assert.deepEqual(codes("-m limit ! --limit-burst 3"), ["cannot-negate"]);
    assert.deepEqual(codes("! ! -p tcp"), ["repeated-not"]);
    assert.deepEqual(codes("-p tcp !"), ["nothing-negated"]);
  });
});

describe("addresses", () => {
  it("separated by commas make one rule each, every source with every destination", () => {
    const { rules } = readRules(["-A A -s 10.0.0.1,10.0.0.2/31 -d 1.1.1.1,2.2.2.2"]);
    assert.deepEqual(
      rules.map((rule) => printRule("A", rule, "save", 4)),
      [
        "-A A -s 10.0.0.1/32 -d 1.1.1.1/32",
        "-A A -s 10.0.0.1/32 -d 2.2.2.2/32",
        "-A A -s 10.0.0.2/31 -d 1.1.1.1/32",
        "-A A -s 10.0.0.2/31 -d 2.2.2.2/32",
      ],
    );
    assert.deepEqual(codes("! -s 10.0.0.1,10.0.0.2"), ["cannot-negate"]);
    assert.deepEqual(codes("! -s 10.0.0.1 -d 1.1.1.1,2.2.2.2"), ["cannot-negate"]);
  });

  it("may leave out parts, be hex or octal, and have any mask", () => {
    assert.equal(saved("-s 10.1/16 -d 10/255.0.255.0"), "-s 10.1.0.0/16 -d 10.0.0.0/255.0.255.0");
    assert.equal(saved("-s 010.0.0.1 -d 0x10.1"), "-s 8.0.0.1/32 -d 16.1.0.0/32");
    assert.equal(saved("-s 10.9.8.7/8"), "-s 10.0.0.0/8");
    assert.equal(saved("-s 255 -d 256"), "-s 255.0.0.0/32 -d 0.0.1.0/32");
    assert.equal(saved("-s 1.2.65535 -d 0xffffffff"), "-s 1.2.255.255/32 -d 255.255.255.255/32");
  });

  it("that ask for nothing are left out of a save", () => {
    assert.equal(saved("-s 0/0 -d 0.0.0.0/0 -i + -p all -j ACCEPT"), "-j ACCEPT");
  });

  it("that are no numbers stay as host names, which only loading would look up", () => {
    const { rules, faults } = readRules(["-A A -d db.example -j ACCEPT"]);
    assert.deepEqual(codesOf(faults), ["host-name"]);
    assert.equal(faults[0]?.severity, "warning");
    assert.deepEqual(
      rules[0]?.matches.map((match) => (match.name === "opaque" ? match.words : "")),
      ["-d db.example"],
    );
  });

  it("of the other family or with a bad mask are refused", () => {
    assert.deepEqual(codes("-s ::1"), ["bad-address"]);
    assert.deepEqual(codes("-s 10.0.0.1/33"), ["bad-address"]);
    assert.deepEqual(codes("-s 10.0.0.1/"), ["bad-address"]);
    assert.deepEqual(codesOf(readRules(["-A A -s 10.0.0.1"], { family: 6 }).faults), [
      "bad-address",
    ]);
  });
});

describe("matches", () => {
  it("of the protocol are brought in by -p alone", () => {
    assert.equal(
      saved("-p tcp -m comment --comment x --dport 80 -j ACCEPT"),
      "-p tcp -m comment --comment x -m tcp --dport 80 -j ACCEPT",
    );
    assert.equal(saved("-p 17 --dport 53"), "-p udp -m udp --dport 53");
  });

  it("may stand before their protocol", () => {
    assert.equal(saved("-m tcp --dport 5 -p tcp"), "-p tcp -m tcp --dport 5");
  });

  it("without their protocol are refused", () => {
    assert.deepEqual(codes("-m tcp --dport 5"), ["needs-protocol"]);
    assert.deepEqual(codes("-p udp -m tcp --dport 5"), ["needs-protocol"]);
    assert.deepEqual(codes("! -p tcp -m tcp --dport 5"), ["needs-protocol"]);
  });

  it("may come twice, options going to the latest that has them", () => {
    const rule = readRule("-m mark --mark 1 -m comment --comment a -m mark ! --mark 2");
    assert.deepEqual(
      rule.matches.map((match) => (match.name === "mark" ? match.mark : match.name)),
      [
        { not: false, value: { value: 1, mask: 0xffffffff } },
        "comment",
        { not: true, value: { value: 2, mask: 0xffffffff } },
      ],
    );
  });

  it("that are not understood keep all their words up to the next extension", () => {
    const { rules, faults } = readRules([
      '-A A -p tcp -m nfacct --nfacct-name x ! --ttl "1" -m tcp --dport 80 -j ACCEPT',
    ]);
    assert.deepEqual(codesOf(faults), ["unknown-match"]);
    assert.equal(faults[0]?.severity, "warning");
    assert.deepEqual(
      rules[0]?.matches.map((match) => (match.name === "opaque" ? match.words : match.name)),
      ['-m nfacct --nfacct-name x ! --ttl "1"', "tcp"],
    );
  });

  it("that iptables has not are refused", () => {
    const { faults } = readRules(["-A A -m nosuchmatch --x 1"]);
    assert.deepEqual(codesOf(faults), ["unknown-match"]);
    assert.equal(faults[0]?.severity, "error");
  });

  it("with a value out of range are kept as words, and say why", () => {
    const { rules, faults } = readRules(["-A A -p tcp -m tcp --dport 65536 -j ACCEPT"]);
    assert.deepEqual(codesOf(faults), ["bad-value"]);
    assert.equal(faults[0]?.at.column, 28);
    assert.deepEqual(
      rules[0]?.matches.map((match) => match.name === "opaque" && match.words),
      ["-m tcp --dport 65536"],
    );
  });
});

describe("targets", () => {
  it("that are no extension are chains", () => {
    assert.deepEqual(readRule("-j B").target, { name: "jump", chain: "B" });
    assert.deepEqual(readRule("-g B").target, { name: "goto", chain: "B" });
  });

  it("that are not understood keep their words", () => {
    const { rules, faults } = readRules(["-A A -j SECMARK --selctx system_u:object_r:x"]);
    assert.deepEqual(codesOf(faults), ["unknown-target"]);
    assert.equal(
      rules[0]?.target?.name === "opaque" ? rules[0].target.words : undefined,
      "-j SECMARK --selctx system_u:object_r:x",
    );
  });

  it("may come before matches", () => {
    assert.equal(saved("-j ACCEPT -p tcp --dport 80"), "-p tcp -m tcp --dport 80 -j ACCEPT");
  });
});

describe("counters", () => {
  it("stand before the rule or after -c", () => {
    const counters = { packets: 12n, bytes: 18446744073709551615n };
    const { rules } = readRules([
      "[12:18446744073709551615] -A A -p tcp",
      "-A A -c 12 18446744073709551615 -p tcp",
      "-A A -p tcp -c 12,18446744073709551615",
    ]);
    assert.deepEqual(
      rules.map((rule) => rule.counters),
      [counters, counters, counters],
    );
  });
});

describe("words that belong to nothing", () => {
  it("are refused and kept", () => {
    const { rules, faults } = readRules(["-A A -j B trailing"]);
    assert.deepEqual(codesOf(faults), ["stray-word"]);
    assert.deepEqual(rules[0]?.target, { name: "jump", chain: "B" });
    assert.deepEqual(
      rules[0]?.matches.map((match) => match.name === "opaque" && match.words),
      ["trailing"],
    );
  });
});
