import { fault, type Checked, type Fault } from "../../errors.js";
import { faultAt } from "../../kubernetes/document.js";
import { jsonFlaw } from "../../kubernetes/locate-json.js";
import type { ObjectSource } from "../../kubernetes/read.js";
import { isMapping } from "../../kubernetes/shape.js";
import { newConflicts } from "../../services/conflicts.js";
import { readProxyInputs, type ProxyInputs } from "../from-flags.js";
import { NO_STALE_CONNTRACK } from "./conntrack.js";
import type { HealthChecks } from "./health.js";
import { createSync } from "./sync.js";
import type { ObjectChange, SyncResult, SyncStyle } from "./types.js";

/** One step of a sequence of changes; what is not given does not happen. */
export interface SyncStep extends ObjectChange {
  /** The sync writes everything, as after somebody flushed the rules. */
  readonly forceFullSync?: boolean;
  /** The restore of this sync fails, so that the next writes everything. */
  readonly failRestore?: boolean;
}

/** A sync, whether it was made to fail, and what the health checks answer after it. */
export interface ReplayedStep extends SyncResult {
  readonly failed: boolean;
  readonly health: HealthChecks;
}

/** Reads an array of steps; each that is no mapping is reported and left out. */
export function readSteps({ file, text }: ObjectSource): Checked<readonly SyncStep[]> {
  const flaw = jsonFlaw(text);
  if (flaw !== undefined) {
    const span = { start: flaw.at, end: flaw.at + 1 };
    return { value: [], faults: [faultAt("bad-json", flaw.message, file, text, span)] };
  }
  const steps: unknown = JSON.parse(text);
  if (!Array.isArray(steps)) {
    return { value: [], faults: [fault("bad-steps", "steps are a list of mappings", { file })] };
  }
  const faults: Fault[] = [];
  const value = steps.map((step: unknown, index) => {
    const mapping = isMapping(step) ? step : {};
    const bad = (field: string, wanted: string) => {
      const at = { file, field: `[${index}]${field}` };
      faults.push(fault("bad-steps", `this is not ${wanted}`, at));
    };
    if (!isMapping(step)) bad("", "a mapping");
    const list = (key: string): readonly unknown[] => {
      const given = mapping[key];
      if (given !== undefined && !Array.isArray(given)) bad(`.${key}`, "a list of objects");
      return Array.isArray(given) ? given : [];
    };
    return {
      add: list("add"),
      update: list("update"),
      delete: list("delete"),
      forceFullSync: mapping["forceFullSync"] === true,
      failRestore: mapping["failRestore"] === true,
    };
  });
  return { value, faults };
}

/** Plays steps through one sync, with the flags of a command line. No time passes in between. */
export function replaySteps(
  steps: readonly SyncStep[],
  inputs: ProxyInputs,
  style: SyncStyle,
): Checked<readonly ReplayedStep[]> {
  const setup = readProxyInputs(inputs);
  const faults = [...setup.faults];
  const sync = createSync({ ...setup.value, style });
  // A conflict is told with the step that brings it, not with each that it outlasts.
  let known: readonly Fault[] = [];
  const value = steps.map((step, index): ReplayedStep => {
    for (const found of sync.change(step)) faults.push(inStep(found, index));
    const result = sync.sync({ forceFullSync: step.forceFullSync === true });
    const conflicts = sync.conflicts();
    for (const found of newConflicts(known, conflicts)) faults.push(inStep(found, index));
    known = conflicts;
    const failed = step.failRestore === true;
    if (failed) sync.failed();
    const { bytes, text, full, largeCluster, cleaned } = result;
    // Entries go only once the rules stand.
    const conntrack = failed ? NO_STALE_CONNTRACK : result.conntrack;
    return {
      bytes,
      text,
      full,
      largeCluster,
      cleaned,
      conntrack,
      failed,
      health: sync.health(),
    };
  });
  return { value, faults };
}

function inStep(found: Fault, index: number): Fault {
  const field = `[${index}]${found.at.field === undefined ? "" : ` ${found.at.field}`}`;
  return { ...found, at: { ...found.at, field } };
}
