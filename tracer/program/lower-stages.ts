import { HOOKS, type Hook, type TableName } from "../../engine/iptables/types.js";
import { FORWARD, INPUT, OUTPUT, PREROUTING, type Stage } from "../walk/hooks.js";
import type { LinkedRules } from "../walk/link.js";
import { VERDICTS, type Verdict } from "../walk/result.js";
import type { Growable } from "./growable.js";
import type { ChainLowering } from "./lower-chains.js";
import type { Tracked } from "./lowering.js";
import {
  CHECK_TAKEN,
  FINISH,
  LEAVE_BY_WIRE,
  NOTE_MARK,
  ROUTE_IF_MARKED,
  ROUTE_IF_TRANSLATED,
  ROUTE_IN,
  ROUTE_OUT,
  TABLE,
} from "./operations.js";
import type { RuleNumbers } from "./rule-numbers.js";

export interface StageSetting {
  readonly linked: LinkedRules;
  readonly numbers: RuleNumbers;
  readonly chains: ChainLowering;
  readonly code: Growable;
  /** Connections are tracked. */
  readonly tracked: boolean;
  /** The host knows connections that a new one might run into. */
  readonly known: boolean;
}

/** Where a packet from outside begins, and one of the node's own. */
export interface Entries {
  readonly prerouting: number;
  readonly output: number;
}

/** Lowers the packet's way through the hooks, in the order that `hooks.ts` gives. */
export function lowerStages(setting: StageSetting): Entries {
  const { code } = setting;
  const input = lower(INPUT, "delivered", setting);
  const forward = lower(FORWARD, "forwarded", setting);
  const prerouting = lower(PREROUTING, undefined, setting);
  code.pushAll([ROUTE_IN, input, forward]);
  const output = lower(OUTPUT, "sent", setting);
  return { prerouting, output };
}

function lower(stages: readonly Stage[], end: Verdict | undefined, setting: StageSetting): number {
  const { code } = setting;
  const start = code.length;
  if (stages === OUTPUT) code.push(ROUTE_OUT);
  for (const stage of stages) lowerStage(stage, setting);
  if (end !== undefined) {
    code.push(end === "sent" ? LEAVE_BY_WIRE : FINISH);
    code.push(VERDICTS.indexOf(end));
  }
  return start;
}

function lowerStage(stage: Stage, setting: StageSetting): void {
  const { code, tracked, known } = setting;
  switch (stage.do) {
    case "table": {
      const reroutes = stage.table === "mangle" && stage.hook === "OUTPUT";
      if (reroutes) code.push(NOTE_MARK);
      lowerTable(stage.table, stage.hook, setting);
      if (reroutes) code.push(ROUTE_IF_MARKED);
      return;
    }
    case "nat":
      if (!tracked) return;
      lowerTable("nat", stage.hook, setting);
      if (known) code.push(CHECK_TAKEN);
      if (stage.hook === "OUTPUT") code.push(ROUTE_IF_TRANSLATED);
      return;
    // A packet's own tuple is held against those that are known before it starts.
    case "track":
    case "confirm":
    // No fragments; the rest is part of routing or the end.
    case "receive":
    case "defragment":
    case "route-in":
    case "route-out":
    case "before-forward":
    case "deliver":
    case "transmit":
      return;
  }
}

function lowerTable(table: TableName, hook: Hook, setting: StageSetting): void {
  const { linked, numbers, chains, code, tracked } = setting;
  const base = linked.tables.get(table)?.chains.get(hook);
  if (base === undefined || (base.rules.length === 0 && base.policy !== "DROP")) return;
  const noIn = hook === "OUTPUT" ? 1 : 0;
  const noOut = hook === "PREROUTING" || hook === "INPUT" ? 1 : 0;
  code.pushAll([TABLE, HOOKS.indexOf(hook), noIn, noOut, hook === "OUTPUT" ? 1 : 0]);
  chains.pushPlaceOf(base, stateIn(table, tracked));
  code.push(numbers.firstOf(base));
  code.push(base.policy === "DROP" ? 1 : 0);
}

function stateIn(table: TableName, tracked: boolean): Tracked {
  if (!tracked) return "never";
  return table === "raw" ? "before" : "new";
}
