import {
  PHASE_NAMES,
  type Baseline,
  type BenchReport,
  type PhaseName,
  type Result,
} from "./types.js";

/**
 * Reads a report that `--json` wrote.
 * @throws {TypeError} in one sentence, where the text is no such report.
 */
export function readReport(text: string): BenchReport {
  const raw = objectOf(parse(text), "a benchmark report");
  const machine = objectOf(raw["machine"], "machine");
  return {
    machine: {
      cpu: textOf(machine, "cpu"),
      cores: numberOf(machine, "cores"),
      memoryGiB: numberOf(machine, "memoryGiB"),
      system: textOf(machine, "system"),
    },
    node: textOf(raw, "node"),
    seed: numberOf(raw, "seed"),
    results: listOf(raw, "results").map(readResult),
  };
}

/**
 * What is not needed to compare two results may be missing.
 * @throws {TypeError} in one sentence, where the value is no result.
 */
export function readResult(value: unknown): Result {
  const raw = objectOf(value, "a result");
  return {
    phase: textOf(raw, "phase"),
    services: numberOf(raw, "services"),
    endpoints: numberOf(raw, "endpoints"),
    median_ms: numberOf(raw, "median_ms"),
    min_ms: numberOf(raw, "min_ms"),
    max_ms: numberOf(raw, "max_ms"),
    rounds: "rounds" in raw ? numberOf(raw, "rounds") : 1,
    cpu_ms: numberOf(raw, "cpu_ms" in raw ? "cpu_ms" : "median_ms"),
    rate: numberOf(raw, "rate"),
    unit: textOf(raw, "unit"),
    peak_mb: "peak_mb" in raw ? numberOf(raw, "peak_mb") : 0,
    baselines: listOf(raw, "baselines").map(readBaseline),
    notes: "notes" in raw ? listOf(raw, "notes").map(String) : [],
  };
}

function readBaseline(value: unknown): Baseline {
  const raw = objectOf(value, "a baseline");
  return {
    name: textOf(raw, "name"),
    median_ms: numberOf(raw, "median_ms"),
    rate: numberOf(raw, "rate"),
    ratio: numberOf(raw, "ratio"),
  };
}

export function isPhaseName(name: string): name is PhaseName {
  return PHASE_NAMES.some((known) => known === name);
}

type Raw = Readonly<Record<string, unknown>>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`not JSON: ${reason}`, { cause: error });
  }
}

export function objectOf(value: unknown, what: string): Raw {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must be an object`);
  }
  return Object.fromEntries(Object.entries(value));
}

export function numberOf(raw: Raw, field: string): number {
  const value = raw[field];
  if (typeof value !== "number") throw new TypeError(`${field} must be a number`);
  return value;
}

export function textOf(raw: Raw, field: string): string {
  const value = raw[field];
  if (typeof value !== "string") throw new TypeError(`${field} must be a text`);
  return value;
}

function listOf(raw: Raw, field: string): readonly unknown[] {
  const value: unknown = raw[field];
  if (!Array.isArray(value)) throw new TypeError(`${field} must be a list`);
  return value;
}
