import assert from "node:assert/strict";

/** Chances by what becomes of the packet, as text; to twelve decimals. */
export type Ends = Readonly<Record<string, string>>;

/** One cell of `matrix -o json`. */
export interface MatrixCell {
  readonly service: string;
  readonly source: string;
  readonly kind: string;
  readonly from: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly standing: string;
  readonly ends: Ends;
}

export function readCells(json: string): readonly MatrixCell[] {
  const { cells } = record(JSON.parse(json));
  return list(cells).map((cell) => {
    const { service, source, kind, from, address, port, protocol, standing, outcomes } =
      record(cell);
    return {
      service: String(service),
      source: String(source),
      kind: String(kind),
      from: String(from),
      address: String(address),
      port: Number(port),
      protocol: String(protocol),
      standing: String(standing),
      ends: endsOf(list(outcomes).map(record), (outcome) => String(outcome["source"])),
    };
  });
}

/** The outcomes of `trace --odds -o json`, as a cell would have them. */
export function readTraced(json: string): Ends {
  const { outcomes } = record(JSON.parse(json));
  return endsOf(list(outcomes).map(record), (outcome) =>
    String(outcome["source"])
      .replace(/:[^:\]]*$/, "")
      .replace(/^\[(.*)\]$/, "$1"),
  );
}

const ARRIVED: ReadonlySet<unknown> = new Set(["forwarded", "sent", "delivered"]);

function endsOf(
  outcomes: readonly Readonly<Record<string, unknown>>[],
  sourceOf: (outcome: Readonly<Record<string, unknown>>) => string,
): Ends {
  const sums = new Map<string, number>();
  for (const outcome of outcomes) {
    const { verdict, destination, out, because, conditions } = outcome;
    const reason = ARRIVED.has(verdict) ? "" : because;
    const key = JSON.stringify([
      verdict,
      destination,
      sourceOf(outcome),
      out,
      reason,
      outcome["with"],
      list(conditions ?? [])
        .map(record)
        .map(({ what, holds }) => [what, holds]),
    ]);
    sums.set(key, (sums.get(key) ?? 0) + Number(outcome["probability"]));
  }
  const sorted = [...sums].sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, sum]) => [key, sum.toFixed(12)]));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  assert.ok(typeof value === "object" && value !== null);
  return { ...value };
}

function list(value: unknown): readonly unknown[] {
  assert.ok(Array.isArray(value));
  return value;
}
