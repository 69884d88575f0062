import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as fc from "fast-check";
import type { Family } from "../../../engine/net/ip.js";
import { CASES, SEED } from "../../support/kernel/cases.js";
import { KernelNode } from "../../support/kernel/node.js";
import type { Observation } from "../../support/kernel/observe.js";
import { injection, type Injection } from "../../support/kernel/packets.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { restoreText, ruleSet } from "../../support/kernel/rule-sets.js";
import { setsOf } from "../../support/kernel/sets.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";
import { encodePacket } from "../../support/kernel/wire-format.js";
import { capture } from "../../support/transcript.js";

/** Of each backend and family. */
const RULE_SETS = Math.ceil(CASES / 160);
const PACKETS_A_RULE_SET = 5;
/**
 * What depends on chance, on packets before, on the node's programs, or on TCP options, which a line
 * does not tell; and what the legacy save leaves out, so that nobody who reads it can know: an
 * interface that is never matched.
 */
const UNSURE =
  /-m (?:statistic|recent|limit|quota|connlimit)|-j (?:SET|NFQUEUE|TPROXY|SYNPROXY)|--random|--to-(?:source|ports) \S*[:\]]?\d+-\d+|! -[io] \+|--tcp-option|tcpmss/;

/**
 * The whole way that a person goes: what the node's own tools print of its rules, addresses, routes
 * and settings is given to the command line, with a file of packets, and its answers are held
 * against what the kernel did.
 */
describe("chainwalk trace --packets", { skip: skipWithoutKernel() }, () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "chainwalk-command-line-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [backend, family, routes] of [
    ["legacy", 4, ["ip", "-j", "route"]],
    ["legacy", 6, ["ip", "-6", "-j", "route"]],
    ["nft", 4, ["ip", "-j", "route", "show", "table", "all"]],
    ["nft", 6, ["ip", "-6", "-j", "route", "show", "table", "all"]],
  ] as const) {
    it(`says what the kernel does (${backend}, IPv${family}, ${routes.join(" ")}, seed ${SEED})`, async () => {
      const node = await KernelNode.create(NODE_TOPOLOGY);
      try {
        await node.command(["ipset", "restore"], setsOf(family));
        const files = {
          sets: await toldOf(node, folder, ["ipset", "save"]),
          rules: join(folder, "rules"),
          addresses: await toldOf(node, folder, ["ip", "-j", "addr"]),
          routes: await toldOf(node, folder, routes),
          sysctls: await toldOf(node, folder, ["sysctl", "-a"]),
          packets: join(folder, "packets.jsonl"),
        };
        const options = Object.entries(files).flatMap(([name, file]) => [`--${name}`, file]);
        for (const [text, injections] of sample(family)) {
          const complaint = await node.load(text, backend, family);
          if (complaint !== undefined) continue;
          const tool = `${family === 4 ? "iptables" : "ip6tables"}-${backend}-save`;
          writeFileSync(files.rules, untraced(await node.command([tool])));
          writeFileSync(files.packets, injections.map(lineOf).join("\n"));
          const told = await capture(["trace", ...options, "-o", "json"], { cwd: folder });
          const walks = told.out.trim().split("\n").map(readWalk);
          assert.equal(walks.length, injections.length, told.err);
          for (const [at, sent] of injections.entries()) {
            await node.forgetConnections();
            const seen = await node.send(sent.packet, sent.from);
            const walk = walks[at] ?? {};
            assert.deepEqual(
              shared(walk, seen),
              seenLine(seen, walk),
              `${text}\n${lineOf(sent)}\n${JSON.stringify(walk)}`,
            );
          }
        }
      } finally {
        await node.close();
      }
    });
  }
});

type Walk = Readonly<Record<string, unknown>>;

function readWalk(line: string): Walk {
  const read: Walk = JSON.parse(line);
  return read;
}

async function toldOf(
  node: KernelNode,
  folder: string,
  command: readonly string[],
): Promise<string> {
  const file = join(folder, command.join("-"));
  writeFileSync(file, await node.command(command));
  return file;
}

function sample(family: Family): readonly (readonly [string, readonly Injection[]])[] {
  const rules = ruleSet(family)
    .map(restoreText)
    .map((text) =>
      text
        .split("\n")
        .filter((line) => !UNSURE.test(line))
        .join("\n"),
    );
  // What a lone fragment waits for, the kernel does not show; pieces are several packets.
  const told = injection(family).filter(
    ({ packet: { fragment, pieces, headers } }) => (fragment ?? pieces ?? headers) === undefined,
  );
  const some = fc.array(told, {
    minLength: PACKETS_A_RULE_SET,
    maxLength: PACKETS_A_RULE_SET,
  });
  return fc.sample(fc.tuple(rules, some), { seed: SEED, numRuns: RULE_SETS });
}

/** The save without the two rules that turn the trace on. */
function untraced(save: string): string {
  return save
    .split("\n")
    .filter((line) => !line.endsWith("-j TRACE"))
    .join("\n");
}

const DEVICES = { pod: "pod0", outside: "eth0" } as const;
const MACS = { pod: "02:00:00:00:01:02", outside: "02:00:00:00:02:02" } as const;

/** The packet as a line of the command's file. */
function lineOf({ from, packet }: Injection): string {
  const { payload: _, ...told } = packet;
  const sender = from === undefined ? { uid: 0, gid: 0 } : { in: DEVICES[from], mac: MACS[from] };
  return JSON.stringify({ ...told, ...sender, length: encodePacket(packet, 1).length });
}

const GONE: ReadonlySet<unknown> = new Set(["dropped", "unrouted", "rejected"]);

/** What the kernel shows, in the words of a line of the command's answers. */
function seenLine(seen: Observation, walk: Walk): Walk {
  const gone = seen.verdict === "vanished" && GONE.has(walk["verdict"]);
  const { source, sourcePort, destination, destinationPort } = seen.ends ?? {};
  return {
    verdict: gone ? walk["verdict"] : seen.verdict,
    steps: seen.steps.map(({ hook, table, chain, rule }) => ({ hook, table, chain, rule })),
    mark: seen.mark ?? walk["mark"],
    ...(seen.out === undefined ? {} : { out: seen.out }),
    ...(seen.ends === undefined ? {} : { source, destination }),
    ...(sourcePort === undefined ? {} : { sourcePort, destinationPort }),
  };
}

/** The same parts of the command's answer. */
function shared(walk: Walk, seen: Observation): Walk {
  const steps: unknown = walk["steps"];
  const { source, sourcePort, destination, destinationPort } = walk;
  return {
    verdict: walk["verdict"],
    steps: Array.isArray(steps)
      ? steps.map(({ hook, table, chain, rule }: Walk) => ({ hook, table, chain, rule }))
      : steps,
    mark: walk["mark"],
    ...(seen.out === undefined ? {} : { out: walk["out"] }),
    ...(seen.ends === undefined ? {} : { source, destination }),
    ...(seen.ends?.sourcePort === undefined ? {} : { sourcePort, destinationPort }),
  };
}
