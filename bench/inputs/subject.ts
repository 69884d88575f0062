import { applyRestore } from "../../engine/iptables/apply.js";
import { parseDump, parseRestore } from "../../engine/iptables/parse.js";
import { printRuleset } from "../../engine/iptables/print.js";
import type { Ruleset } from "../../engine/iptables/types.js";
import { compile, type Compilation } from "../../engine/kube-proxy/compile.js";
import { completeRuleset } from "../../engine/kube-proxy/complete.js";
import { settingsFor, type ProxySetup } from "../../engine/kube-proxy/from-flags.js";
import { createSync } from "../../engine/kube-proxy/sync/sync.js";
import type { Sync, SyncConfig } from "../../engine/kube-proxy/sync/types.js";
import { checkObjects } from "../../engine/kubernetes/read.js";
import type { Family } from "../../engine/net/ip.js";
import type { HostState } from "../../tracer/host/types.js";
import type { Packet } from "../../tracer/packet/types.js";
import { linkProgram } from "../../tracer/program/link.js";
import type { Program } from "../../tracer/program/program.js";
import { tracePacket } from "../../tracer/program/trace.js";
import type { Outcome } from "../../tracer/walk/walk.js";

/** What is proved and timed. A test puts a fault in the place of one of these. */
export interface Subject {
  readonly compile: (objects: readonly unknown[], setup: ProxySetup) => Compilation;
  readonly sync: (config: SyncConfig) => Sync;
  /** The text of a dump, as `iptables-save` prints it. */
  readonly print: (ruleset: Ruleset) => string;
  readonly parse: (text: string, family: Family) => Ruleset;
  readonly link: (ruleset: Ruleset, host: HostState) => Program;
  /** All ways of a packet through rules, with their odds. */
  readonly ways: (program: Program) => (packet: Packet) => readonly Outcome[];
}

export const CHAINWALK: Subject = {
  compile(objects, setup) {
    const { value, faults } = checkObjects(objects);
    const wrong = faults.find(({ severity }) => severity === "error");
    if (wrong !== undefined) throw new Error(`generated objects are unsound: ${wrong.message}`);
    return compile(value, settingsFor(setup, value).value).value;
  },
  sync: createSync,
  print: (ruleset) => printRuleset(ruleset, "save"),
  parse(text, family) {
    const { value, faults } = parseDump(text, { family });
    const [fault] = faults;
    const [section] = value.sections;
    if (fault !== undefined) throw new Error(`a printed line is not read: ${fault.message}`);
    if (section === undefined) throw new Error("nothing is read from a printed dump");
    return section.ruleset;
  },
  link: linkProgram,
  ways: (program) => (packet) => tracePacket(program, packet),
};

/** All that a node of the cluster holds, the jumps from the built-in chains included. */
export function rulesOf(subject: Subject, objects: readonly unknown[], setup: ProxySetup): Ruleset {
  return completeRuleset(subject.compile(objects, setup));
}

/** The rules after `iptables-restore --noflush` of this text. */
export function restored(base: Ruleset | undefined, text: string, family: Family): Ruleset {
  if (text === "" && base !== undefined) return base;
  const read = parseRestore(text, { family });
  const applied = applyRestore(base, read.value, { noflush: true });
  const [fault] = [...read.faults, ...applied.faults];
  if (fault !== undefined) throw new Error(`a sync does not restore: ${fault.message}`);
  return applied.value;
}
