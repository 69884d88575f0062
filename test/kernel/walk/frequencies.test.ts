import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { formatAddress } from "../../../engine/net/ip.js";
import { chiSquare } from "../../../tracer/odds/chi-square.js";
import { fractionToNumber } from "../../../tracer/odds/fraction.js";
import { isUnknown } from "../../../tracer/packet/field.js";
import { Duel } from "../../support/kernel/duel.js";
import type { Backend } from "../../support/kernel/node.js";
import { skipWithoutKernel } from "../../support/kernel/require.js";
import { NODE_TOPOLOGY } from "../../support/kernel/topology.js";
import type { WirePacket } from "../../support/kernel/wire-format.js";
import { SHARED, skipWithout } from "../../support/root.js";

const CONNECTIONS = 10_000;
/** A fit this bad comes by chance once in a thousand; it is then drawn again, once. */
const LEAST_P = 0.001;

const listing = join(SHARED, "chapter", "listing.rules");

const SEVEN = [1, 2, 3, 4, 5, 6, 7];

/** kube-proxy's chances: one in as many endpoints as are left. */
const SEVEN_ENDPOINTS = [
  "*nat",
  ":PREROUTING ACCEPT [0:0]",
  ":KUBE-SVC - [0:0]",
  ...SEVEN.map((at) => `:SEP${at} - [0:0]`),
  "-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 80 -j KUBE-SVC",
  ...SEVEN.map((at) =>
    at === 7
      ? `-A KUBE-SVC -j SEP${at}`
      : `-A KUBE-SVC -m statistic --mode random --probability ${(1 / (8 - at)).toFixed(10)} -j SEP${at}`,
  ),
  ...SEVEN.map((at) => `-A SEP${at} -p udp -j DNAT --to-destination 10.244.0.${at + 1}:8080`),
  "COMMIT",
  "",
].join("\n");

/** A chain of `count` endpoints, each with kube-proxy's chance. */
function serviceOf(count: number): string {
  const all = Array.from({ length: count }, (_, at) => at + 1);
  return nat(
    all.map((at) =>
      at === count
        ? `-j SEP${at}`
        : `-m statistic --mode random --probability ${(1 / (count + 1 - at)).toFixed(10)} -j SEP${at}`,
    ),
  );
}

/** The chain's rules, with endpoints for all that they jump to. */
function nat(rules: readonly string[], endpoint = ""): string {
  const ends = [...new Set(rules.flatMap((rule) => /SEP(\d+)$/.exec(rule)?.[1] ?? []))];
  return [
    "*nat",
    ":KUBE-SVC - [0:0]",
    ...ends.map((at) => `:SEP${at} - [0:0]`),
    "-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 80 -j KUBE-SVC",
    ...rules.map((rule) => `-A KUBE-SVC ${rule}`),
    ...ends.map(
      (at) =>
        `-A SEP${at} -p udp ${endpoint.replace("SEP", `SEP${at}`)}-j DNAT --to-destination 10.244.0.${Number(at) + 1}:8080`,
    ),
    "COMMIT",
    "",
  ].join("\n");
}

const ROUND_ROBIN = nat([
  "-m statistic --mode nth --every 4 --packet 0 -j SEP1",
  "-m statistic --mode nth --every 3 --packet 1 -j SEP2",
  "-m statistic --mode nth --every 2 --packet 0 -j SEP3",
  "-j SEP4",
]);

const STICKY = nat(
  [
    ...[1, 2, 3].map((at) => `-m recent --name SEP${at} --rcheck --seconds 600 --reap -j SEP${at}`),
    "-m statistic --mode random --probability 0.3333333333 -j SEP1",
    "-m statistic --mode random --probability 0.5 -j SEP2",
    "-j SEP3",
  ],
  "-m recent --name SEP --set ",
);

/** Where 10,000 new connections went, against where the walk's exact odds say they go. */
async function compare(text: string, backend: Backend, target: Partial<WirePacket>): Promise<void> {
  const duel = await Duel.create(NODE_TOPOLOGY, backend, 4);
  try {
    const first = await draw(duel, text, backend, target);
    const fit = first.p > LEAST_P ? first : await draw(duel, text, backend, target);
    assert.ok(fit.p > LEAST_P, `${fit.table}; chi-square ${fit.chiSquare}, p ${fit.p}`);
  } finally {
    await duel.close();
  }
}

async function draw(duel: Duel, text: string, backend: Backend, target: Partial<WirePacket>) {
  const { node } = duel;
  assert.equal(await node.load(text, backend, 4, false), undefined);
  await node.forgetConnections();
  const packets = Array.from({ length: CONNECTIONS }, (_, at) => connection(at, target));
  const exact = chancesOf(duel, text, packets[0] ?? connection(0, target));
  const counts = new Map([...exact.keys()].map((end) => [end, 0]));
  for (const { packet } of await node.sendMany(packets, "outside")) {
    const end = `${packet.destination}:${packet.destinationPort}`;
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  assert.equal(total, CONNECTIONS, "packets got lost");
  const ends = [...counts.keys()];
  const fit = chiSquare(
    ends.map((end) => counts.get(end) ?? 0),
    ends.map((end) => exact.get(end) ?? 0),
  );
  const table = ends.map((end) => `${end} ${counts.get(end)} of ${exact.get(end)}`).join(", ");
  return { ...fit, table };
}

function connection(at: number, target: Partial<WirePacket>): WirePacket {
  return {
    protocol: "udp",
    source: "192.168.1.20",
    sourcePort: 2000 + at,
    destination: "10.96.0.10",
    destinationPort: 80,
    ...target,
  };
}

/** The exact chance of each end, as a double. */
function chancesOf(duel: Duel, text: string, packet: WirePacket): ReadonlyMap<string, number> {
  const ours = duel.walked(text);
  const chances = new Map<string, number>();
  for (const { path, odds } of ours.outcomes(packet, "outside", ours.fresh())) {
    const { destination, destinationPort } = path.last;
    const port = isUnknown(destinationPort) ? "?" : destinationPort;
    const end = `${formatAddress(destination)}:${port}`;
    chances.set(end, (chances.get(end) ?? 0) + fractionToNumber(odds));
  }
  return chances;
}

/** Counters leave nothing to chance: both sides count the same. */
async function goRound(backend: Backend): Promise<void> {
  const duel = await Duel.create(NODE_TOPOLOGY, backend, 4);
  try {
    assert.equal(await duel.node.load(ROUND_ROBIN, backend, 4, false), undefined);
    const packets = Array.from({ length: CONNECTIONS }, (_, at) => connection(at, {}));
    const seen = (await duel.node.sendMany(packets, "outside")).map(
      ({ packet }) => packet.destination,
    );
    const ours = duel.walked(ROUND_ROBIN);
    let memory = ours.fresh();
    const walked = packets.map((packet) => {
      const [outcome, ...others] = ours.outcomes(packet, "outside", memory);
      assert.ok(outcome !== undefined && others.length === 0, "counters leave no choice");
      memory = outcome.memory;
      return formatAddress(outcome.path.last.destination);
    });
    assert.deepEqual(countsOf(seen), countsOf(walked));
    assert.equal(seen.length, CONNECTIONS);
  } finally {
    await duel.close();
  }
}

const CLIENTS = 90;

/** `xt_recent` holds 100 clients of each endpoint, so that none of these is forgotten. */
async function stick(backend: Backend): Promise<void> {
  const duel = await Duel.create(NODE_TOPOLOGY, backend, 4);
  try {
    assert.equal(await duel.node.load(STICKY, backend, 4, false), undefined);
    const packets = Array.from({ length: CONNECTIONS }, (_, at) =>
      connection(at, { source: `192.168.1.${100 + (at % CLIENTS)}` }),
    );
    const ends = new Map<string, Set<string>>();
    for (const { packet } of await duel.node.sendMany(packets, "outside")) {
      ends.set(packet.source, (ends.get(packet.source) ?? new Set()).add(packet.destination));
    }
    assert.equal(ends.size, CLIENTS);
    const firsts = [...ends.values()].map((known) => {
      assert.equal(known.size, 1, `a client met ${[...known].join(" and ")}`);
      return [...known][0] ?? "";
    });
    const exact = chancesOf(duel, STICKY, connection(0, {}));
    const counts = countsOf(firsts);
    const all = [...exact.keys()];
    const fit = chiSquare(
      all.map((end) => counts.get(end.replace(/:.*$/, "")) ?? 0),
      all.map((end) => exact.get(end) ?? 0),
    );
    assert.ok(fit.p > LEAST_P, `${JSON.stringify([...counts])}, p ${fit.p}`);
  } finally {
    await duel.close();
  }
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...names].sort()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

describe("ten thousand new connections", { skip: skipWithoutKernel() }, () => {
  for (const backend of ["legacy", "nft"] as const) {
    it(`spread over a Service's seven endpoints as the exact odds say (${backend})`, () =>
      compare(SEVEN_ENDPOINTS, backend, {}));

    it(`spread over sixty endpoints as the exact odds say (${backend})`, () =>
      compare(serviceOf(60), backend, {}));

    it(`go round by counters exactly as the walk counts them (${backend})`, () => goRound(backend));

    it(`stay with the endpoint that a client began with, the first as the odds say (${backend})`, () =>
      stick(backend));

    it(
      `get lost in a chain of two halves as the exact odds say (${backend})`,
      { skip: skipWithout(listing) },
      () =>
        compare(readFileSync(listing, "utf8"), backend, {
          protocol: "tcp",
          destination: "10.100.172.183",
        }),
    );
  }
});
