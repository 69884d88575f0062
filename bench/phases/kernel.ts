import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatAddress } from "../../engine/net/ip.js";
import { timingOf, type Timing } from "../measure.js";
import { lastBatch } from "../inputs/batch.js";
import type { Front } from "../inputs/packets.js";
import { largeScene, type Scene } from "../inputs/scene.js";
import { objectOf } from "../read-report.js";
import type { NotHere, Phase, PreparedBaseline } from "../types.js";
import { batchWork } from "./batch.js";
import { KERNEL_SIZES } from "./sizes.js";

/** New connections of one round. */
const CONNECTIONS = 2_000;
const ROUNDS = 5;

export const RULES_ADD = "legacy, what the rules add to a connection";
export const NFT_ADDS = "nft, what the rules add to a connection";
export const OUR_BATCH = "our batch, all to the last Service";

/**
 * The same rules in a real kernel, in a network namespace: packets of new connections of Pods to the
 * last Service. What the rules add is the difference to the same packets without any rules.
 */
export const KERNEL: Phase = {
  name: "kernel",
  what: "new connections to the last Service through the real kernel, legacy backend",
  sizes: KERNEL_SIZES,
  prepare(size, seed) {
    const scene = largeScene(size, seed);
    const fronts = scene.clusterFronts;
    const [first, last] = [fronts[0], fronts.at(-1)];
    if (first === undefined || last === undefined) return { notHere: "there are no Services" };
    const legacy = askKernel("iptables-legacy-restore", scene, { first, last });
    if ("notHere" in legacy) return legacy;
    const nft = askKernel("iptables-nft-restore", scene, { first, last });
    const batch = lastBatch(scene);
    return {
      timing: legacy.last,
      count: CONNECTIONS,
      unit: "new connections",
      baselines: [
        { name: RULES_ADD, work: less(legacy.last, legacy.none), count: CONNECTIONS },
        { name: "legacy, to the first Service", work: legacy.first, count: CONNECTIONS },
        { name: "without any rules", work: legacy.none, count: CONNECTIONS },
        ...("notHere" in nft ? [] : nftBaselines(nft)),
        { name: OUR_BATCH, work: batchWork(scene, batch), count: batch.count },
      ],
    };
  },
};

interface Times {
  readonly none: Timing;
  readonly first: Timing;
  readonly last: Timing;
}

function nftBaselines({ none, first, last }: Times): readonly PreparedBaseline[] {
  return [
    { name: "nft, to the last Service", work: last, count: CONNECTIONS },
    { name: NFT_ADDS, work: less(last, none), count: CONNECTIONS },
    { name: "nft, to the first Service", work: first, count: CONNECTIONS },
  ];
}

/** What one takes longer than the other, by their medians; never less than the clock can tell. */
function less(whole: Timing, base: Timing): Timing {
  const medianMs = Math.max(1e-3, whole.medianMs - base.medianMs);
  return { medianMs, minMs: medianMs, maxMs: medianMs, rounds: whole.rounds };
}

function askKernel(
  restore: string,
  scene: Scene,
  targets: { readonly first: Front; readonly last: Front },
): Times | NotHere {
  const folder = mkdtempSync(join(tmpdir(), "chainwalk-bench-"));
  try {
    const rules = join(folder, "rules");
    writeFileSync(rules, scene.text);
    const to = ({ address, port }: Front) => [formatAddress(address), port];
    const order = {
      restore,
      rules,
      targets: { first: to(targets.first), last: to(targets.last) },
      packets: CONNECTIONS,
      rounds: ROUNDS,
    };
    return runOrder(order, scene, targets);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOrder(
  order: object,
  scene: Scene,
  targets: Readonly<Record<"first" | "last", Front>>,
): Times | NotHere {
  const script = fileURLToPath(new URL("kernel-send.py", import.meta.url));
  const { status, stdout, stderr, error } = spawnSync("unshare", ["--net", "python3", script], {
    input: JSON.stringify(order),
    encoding: "utf8",
  });
  if (status !== 0) return { notHere: (error?.message ?? stderr).trim().split("\n").at(-1) ?? "" };
  const answer = objectOf(JSON.parse(stdout), "the sender's answer");
  const times = objectOf(answer["times"], "times");
  const endpoints = objectOf(answer["endpoints"], "endpoints");
  for (const name of ["first", "last"] as const) {
    assertServedBy(scene, targets[name], texts(endpoints[name]));
  }
  const timing = (name: string) => timingOf(numbers(times[name]).map((ns) => ns / 1e6));
  return { none: timing("no rules"), first: timing("first"), last: timing("last") };
}

/** Connections went to endpoints of the Service; nothing is known where `conntrack` is not there. */
function assertServedBy(scene: Scene, front: Front, reached: readonly string[]): void {
  const address = formatAddress(front.address);
  const belief = scene.compilation.beliefs.find(({ port }) => port.clusterIP === address);
  const known = new Set(belief?.endpoints.map(({ text }) => text.replace(":", " ")));
  const stray = reached.find((endpoint) => !known.has(endpoint));
  if (stray !== undefined) throw new Error(`the kernel sent a packet to ${address} on to ${stray}`);
}

function numbers(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "number") : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
