import { formatAddress } from "../../engine/net/ip.js";
import {
  formatFraction,
  fraction,
  fractionToNumber,
  ONE,
  type Fraction,
} from "../../tracer/odds/fraction.js";
import { addShares } from "../../tracer/odds/share.js";
import type { Packet } from "../../tracer/packet/types.js";
import type { Outcome } from "../../tracer/walk/walk.js";
import type { Scene } from "../inputs/scene.js";
import { describePacket, portText } from "./describe.js";
import type { Property } from "./types.js";

/** Ways of packets that are looked at, in all. */
const MOST_WAYS = 20_000;

export const ODDS_SUM_TO_ONE: Property = {
  name: "odds sum to one",
  wrong: (scene) =>
    firstWrong(scene, (packet, ways) => {
      const total = formatFraction(addShares(ways.map(shareOf)));
      return total === formatFraction(ONE)
        ? undefined
        : `the odds of ${describePacket(packet)} sum to ${total}, not 1`;
    }),
};

/** Each supposition halves what it is worth, so that all ways share out 1. */
function shareOf({ path, branch }: Outcome) {
  const { numerator, bits, divisor } = branch;
  return { numerator, bits: bits + path.conditions.length, divisor };
}

/**
 * kube-proxy gives the i-th of n endpoints the chance 1/(n-i) of what is left, written with ten
 * decimals, which the kernel rounds to the grid of 2^-31 (`xt_statistic.c`). Each step is off by at
 * most 0.61 of the grid, and what the steps before it took away by as much together, so that no
 * share is further than two grid steps from 1/n.
 */
export const BALANCE: Property = {
  name: "balance",
  wrong: (scene) =>
    firstWrong(scene, (packet, ways) => {
      const shares = sharesByEndpoint(packet, ways);
      const sharedBy = scene.frontOf(packet)?.shared ?? shares.size;
      if (shares.size !== sharedBy) {
        return `${describePacket(packet)} comes to ${shares.size} of ${sharedBy} endpoints`;
      }
      const fair = fraction(1n, BigInt(Math.max(1, sharedBy)));
      const off = [...shares].find(([, share]) => !isWithin(share, fair, 2n));
      if (off === undefined) return undefined;
      const [endpoint, share] = off;
      return (
        `of ${describePacket(packet)}, ${endpoint} gets ${fractionToNumber(share)}; ` +
        `each of ${shares.size} endpoints should get ${fractionToNumber(fair)}`
      );
    }),
};

/** Of each endpoint that packets come to, its share, not in lowest terms. */
function sharesByEndpoint(packet: Packet, ways: readonly Outcome[]): Map<string, Fraction> {
  const shares = new Map<string, Fraction>();
  for (const way of ways) {
    const { last, conditions } = way.path;
    if (last.destination === packet.destination || conditions.length > 0) continue;
    const endpoint = `${formatAddress(last.destination)} ${portText(last.destinationPort)}`;
    const { numerator, bits, divisor } = way.branch;
    const share = { numerator, denominator: divisor << BigInt(bits) };
    const other = shares.get(endpoint);
    shares.set(endpoint, other === undefined ? share : sum(share, other));
  }
  return shares;
}

function sum(left: Fraction, right: Fraction): Fraction {
  return {
    numerator: left.numerator * right.denominator + right.numerator * left.denominator,
    denominator: left.denominator * right.denominator,
  };
}

function isWithin(share: Fraction, fair: Fraction, steps: bigint): boolean {
  const difference = share.numerator * fair.denominator - fair.numerator * share.denominator;
  const distance = difference < 0n ? -difference : difference;
  return distance << 31n <= steps * share.denominator * fair.denominator;
}

/** Of packets to every way in; of very many, to some that stand evenly apart. */
function firstWrong(
  scene: Scene,
  wrong: (packet: Packet, ways: readonly Outcome[]) => string | undefined,
): string | undefined {
  const { beliefs } = scene.compilation;
  const ways = beliefs.reduce((most, { endpoints }) => Math.max(most, endpoints.length), 1);
  const waysOf = scene.subject.ways(scene.program);
  for (const packet of scene.packetToEach(Math.ceil(MOST_WAYS / ways))) {
    const found = wrong(packet, waysOf(packet));
    if (found !== undefined) return found;
  }
  return undefined;
}
