import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import {
  bytesOf,
  HASHLIMIT_SCALE,
  type HashRate,
} from "../../../engine/iptables/extensions/hash-rate.js";
import {
  HASHLIMIT_PARTS,
  type HashlimitMatch,
} from "../../../engine/iptables/extensions/hashlimit.js";
import { LIMIT_SCALE, type LimitMatch } from "../../../engine/iptables/extensions/limit.js";
import { parseRate, printRate } from "../../../engine/iptables/extensions/rate.js";
import type { RuleSetting } from "./rules-setting.js";
import { both, MAX_32, plainWord, whole } from "./rules-values.js";

/** The longest a full bucket may take to fill, in seconds: the kernel's credits are 32 bits wide. */
const LONGEST_FILL = 100_000;

const SECONDS = [1, 60, 3600, 86400];

/** Intervals that come from a rate as people write them, and that a save does not round. */
function intervals(scale: number): Arbitrary<number> {
  return fc
    .tuple(fc.constantFrom(...SECONDS), whole(1, 2000))
    .map(([seconds, count]) => Math.max(1, Math.floor((scale * seconds) / count)))
    .filter((interval) => {
      const printed = parseRate(printRate(interval, scale).text);
      return (
        printed !== undefined && Math.floor((scale * printed.seconds) / printed.count) === interval
      );
    });
}

function bursts(interval: number, scale: number, limit: number): Arbitrary<number> {
  const most = Math.floor((LONGEST_FILL * scale) / interval);
  return whole(1, Math.max(1, Math.min(limit, most)));
}

export const limitArbitrary: Arbitrary<LimitMatch> = intervals(LIMIT_SCALE)
  .filter((interval) => interval <= LONGEST_FILL * LIMIT_SCALE)
  .chain((interval) =>
    fc.record({
      name: fc.constant("limit" as const),
      limit: fc.constant({ interval }),
      burst: bursts(interval, LIMIT_SCALE, 10000),
    }),
  );

const packetRates = intervals(HASHLIMIT_SCALE).chain((interval) =>
  both(
    limitedBy({ per: "packet", interval }),
    fc.record({ burst: bursts(interval, HASHLIMIT_SCALE, 10000) }),
  ),
);

/** A burst is a whole number of the rate's units, and below 2^32 bytes. */
const byteRates = whole(1, 10_000_000).chain((units) => {
  const cost = Math.floor(MAX_32 / (units + 1));
  const most = Math.min(64, Math.floor(MAX_32 / bytesOf(cost)));
  const burst = whole(1, most)
    .map((times) => times * bytesOf(cost))
    .filter(isPrintedWhole);
  const optional = fc.oneof(fc.constant({}), fc.record({ burst }));
  return both(
    limitedBy({ per: "byte", cost }),
    isPrintedWhole(bytesOf(cost)) ? optional : fc.constant({}),
  );
});

/** Whether a save's unit of k or m loses nothing. */
function isPrintedWhole(bytes: number): boolean {
  if (bytes >= 1 << 20) return bytes % (1 << 20) === 0;
  return bytes < 1 << 10 || bytes % (1 << 10) === 0;
}

const hashRates = fc.oneof(packetRates, byteRates);

function limitedBy(value: HashRate) {
  const asked = fc.constant({ not: false, value });
  return fc.oneof(fc.record({ upto: asked }), fc.record({ above: asked }));
}

/** Every rule has a table of its own: rules that name the same one share its settings. */
export function hashlimitArbitrary({ family }: RuleSetting): Arbitrary<HashlimitMatch> {
  const width = family === 4 ? 32 : 128;
  const table = fc.tuple(plainWord(10), fc.uuid()).map((parts) => parts.join("-"));
  const rest = fc.record(
    {
      name: fc.constant("hashlimit" as const),
      table,
      mode: fc.subarray([...HASHLIMIT_PARTS]),
      size: whole(1, 4096),
      max: whole(1, 65536),
      gcInterval: whole(1, MAX_32),
      expire: whole(1, MAX_32),
      srcMask: whole(0, width),
      dstMask: whole(0, width),
    },
    { requiredKeys: ["name", "table"] },
  );
  return both(rest, hashRates);
}
