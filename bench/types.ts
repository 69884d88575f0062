import type { Rounds, Timing } from "./measure.js";

/** In the order in which a run times them. */
export const PHASE_NAMES = [
  "read",
  "compile",
  "print",
  "parse",
  "link",
  "walk",
  "odds",
  "batch",
  "linear",
  "sync",
  "matrix",
  "kernel",
] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

/** How large a cluster is. */
export interface Size {
  readonly services: number;
  /** Of each Service. */
  readonly endpoints: number;
}

/** One thing that is timed at several sizes. */
export interface Phase {
  readonly name: PhaseName;
  /** What one call does, in one plain phrase. */
  readonly what: string;
  /** Sizes of a run that names none. */
  readonly sizes: readonly Size[];
  /** Makes the inputs and shows that the results are right; throws where they are not. */
  readonly prepare: (size: Size, seed: number) => Preparation | Promise<Preparation>;
}

export type Preparation = Prepared | Taken | NotHere;

/** A phase's work at one size, its results already shown to be right. */
export interface Prepared {
  readonly work: () => unknown;
  /** How many `unit`s one call of `work` does. */
  readonly count: number;
  readonly unit: string;
  readonly baselines: readonly PreparedBaseline[];
  readonly later?: readonly LaterBaseline[];
  /** Figures that are no times. */
  readonly notes?: readonly string[];
}

/** Work that was timed elsewhere, in other processes. */
export interface Taken extends Omit<Prepared, "work"> {
  readonly timing: Timing;
}

/** Why a phase cannot be timed on this machine. */
export interface NotHere {
  readonly notHere: string;
}

export interface PreparedBaseline {
  readonly name: string;
  readonly count: number;
  /** Timed in the run, or a time that was taken otherwise (another process, other threads). */
  readonly work: (() => unknown) | Timing;
}

/** A baseline that takes its own time, on other threads, once all others have been taken. */
export interface LaterBaseline {
  readonly name: string;
  readonly count: number;
  readonly time: (rounds: Rounds) => Promise<Timing>;
}

/** What a run writes with `--json`. */
export interface BenchReport {
  readonly machine: Machine;
  /** Of Node.js, as in `v20.20.2`. */
  readonly node: string;
  /** Of the generators: the same seed makes the same clusters, rules and packets. */
  readonly seed: number;
  readonly results: readonly Result[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
}

/** One phase at one size. Times are of one call, in ms. */
export interface Result {
  readonly phase: string;
  readonly services: number;
  /** Of each Service. */
  readonly endpoints: number;
  readonly median_ms: number;
  readonly min_ms: number;
  readonly max_ms: number;
  readonly rounds: number;
  /** Processor time of one call on average; where other processes worked, `median_ms` again. */
  readonly cpu_ms: number;
  /** How many `unit`s a second, from the median. */
  readonly rate: number;
  readonly unit: string;
  /** The most memory (10^6 octets) that was resident while one call ran, inputs included. */
  readonly peak_mb: number;
  readonly baselines: readonly Baseline[];
  /** Figures that are no times, in words. */
  readonly notes: readonly string[];
}

/** The same work done another way in the same run; `ratio` above 1: the phase is faster. */
export interface Baseline {
  readonly name: string;
  readonly median_ms: number;
  readonly rate: number;
  readonly ratio: number;
}
