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

describe("ten thousand new connections", { skip: skipWithoutKernel() }, () => {
  for (const backend of ["legacy", "nft"] as const) {
    it(`spread over a Service's seven endpoints as the exact odds say (${backend})`, () =>
      compare(SEVEN_ENDPOINTS, backend, {}));

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
