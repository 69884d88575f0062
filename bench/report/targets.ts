import { HASH_AND_DRAW, LINEAR_SCAN_LAST } from "../phases/batch.js";
import { OUR_BATCH, RULES_ADD } from "../phases/kernel.js";
import { PARSING } from "../phases/link.js";
import type { PhaseName, Result, Size } from "../types.js";
import { duration, figures, rateText, sizeText } from "./words.js";

/** How a run stands to one of the aims that were set. */
export interface Verdict {
  readonly target: string;
  readonly met: boolean;
  /** The figure, and by how much it is missed. */
  readonly seen: string;
}

const TEN_THOUSAND: Size = { services: 10_000, endpoints: 10 };
const HUNDRED: Size = { services: 100, endpoints: 10 };
const THOUSAND_EACH: Size = { services: 10, endpoints: 1_000 };

/** As `bench/parse.ts` and `bench/sync.ts` name them. */
const LEGACY_TEST = "iptables-legacy-restore --test";
const LINE_SPLIT = "reading and a bare line split";
const PARTIAL_SYNC = "kube-proxy's partial sync";

type Find = (phase: PhaseName, size: Size) => Result | undefined;

/** Those aims for which the run has figures. */
export function verdictsOf(results: readonly Result[]): readonly Verdict[] {
  const find: Find = (phase, size) =>
    results.find(
      (result) =>
        result.phase === phase &&
        result.services === size.services &&
        result.endpoints === size.endpoints,
    );
  return [...ofBatches(find), ...ofPackets(find), ...ofRules(find)];
}

function ofBatches(find: Find): readonly Verdict[] {
  const batch = find("batch", TEN_THOUSAND);
  const small = find("batch", HUNDRED);
  const kernel = find("kernel", TEN_THOUSAND);
  const added = baselineOf(kernel, RULES_ADD);
  const ours = baselineOf(kernel, OUR_BATCH);
  return [
    ...of(batch, ({ rate }) =>
      atLeast(`batch, ${sizeText(TEN_THOUSAND)}: 10 M/s`, rate / 10e6, rateText(rate)),
    ),
    ...of(small && batch && small.rate / batch.rate, (slower) =>
      atMost("batch, at most 2 times slower than at 100 Services", slower / 2, times(slower)),
    ),
    ...of(baselineOf(batch, LINEAR_SCAN_LAST), ({ ratio }) =>
      atLeast("batch, 200 times a linear scan to the last Service", ratio / 200, times(ratio)),
    ),
    ...of(baselineOf(batch, HASH_AND_DRAW), ({ ratio }) =>
      atMost("batch, within 2 times a hash-and-draw loop", 1 / ratio / 2, times(1 / ratio)),
    ),
    ...of(added && ours && ours.rate / added.rate, (faster) =>
      atLeast("batch, 500 times what the legacy scan adds", faster / 500, times(faster)),
    ),
  ];
}

function ofPackets(find: Find): readonly Verdict[] {
  const walk = find("walk", TEN_THOUSAND);
  return [
    ...of(walk && 1_000 / walk.rate, (ms) =>
      atMost("one full trace at 10,000 Services: under 50 us", ms / 0.05, duration(ms)),
    ),
    ...of(find("odds", THOUSAND_EACH)?.median_ms, (ms) =>
      atMost("exact odds of 1,000 endpoints: under 5 ms", ms / 5, duration(ms)),
    ),
  ];
}

function ofRules(find: Find): readonly Verdict[] {
  const link = find("link", TEN_THOUSAND);
  const parsed = baselineOf(link, PARSING);
  const parse = find("parse", TEN_THOUSAND);
  return [
    ...of(parsed && link && link.median_ms / parsed.median_ms, (share) =>
      atMost("linking 320,000 rules: under what parsing took", share, `${figures(share)} of it`),
    ),
    ...of(baselineOf(parse, LEGACY_TEST), ({ ratio }) =>
      atLeast("parsing 320,000 rules: 10 times legacy --test", ratio / 10, times(ratio)),
    ),
    ...of(baselineOf(parse, LINE_SPLIT), ({ ratio }) =>
      atMost("parsing 320,000 rules: within 6 times a line split", 1 / ratio / 6, times(1 / ratio)),
    ),
    ...of(parse?.peak_mb, (peak) =>
      atMost("parsing 320,000 rules: under 1 GB", peak / 1_000, `${figures(peak)} MB`),
    ),
    ...of(baselineOf(find("sync", TEN_THOUSAND), PARTIAL_SYNC), ({ ratio }) =>
      atLeast("one endpoint: 100 times kube-proxy's partial sync", ratio / 100, times(ratio)),
    ),
  ];
}

function baselineOf(result: Result | undefined, name: string) {
  return result?.baselines.find((baseline) => baseline.name === name);
}

function of<T>(value: T | undefined, verdict: (value: T) => Verdict): readonly Verdict[] {
  return value === undefined ? [] : [verdict(value)];
}

/** `reached` is 1 at the aim. */
function atLeast(target: string, reached: number, seen: string): Verdict {
  const met = reached >= 1;
  return { target, met, seen: met ? seen : `${seen}, ${figures(1 / reached)} times too slow` };
}

function atMost(target: string, used: number, seen: string): Verdict {
  const met = used <= 1;
  return { target, met, seen: met ? seen : `${seen}, ${figures(used)} times too much` };
}

function times(ratio: number): string {
  return `${figures(ratio)} times`;
}
