import type { Checked, Fault } from "../../../engine/errors.js";
import { compile } from "../../../engine/kube-proxy/compile.js";
import { completeRuleset } from "../../../engine/kube-proxy/complete.js";
import { settingsFor } from "../../../engine/kube-proxy/from-flags.js";
import type { KubernetesObjects } from "../../../engine/kubernetes/types.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import type { Family } from "../../../engine/net/ip.js";
import { NO_NAMES, type Names } from "../../report/words.js";
import { linkRules } from "../../walk/link.js";
import { makeWorld, type World } from "../../walk/world.js";
import { loadObjects, loadProxySetup } from "../cluster.js";
import { namesOf } from "../ends/names.js";
import { readSources } from "../files.js";
import type { Io } from "../io.js";
import { resolveEnds, type TraceEnds } from "./ends.js";
import { loadHost } from "./host.js";
import type { TraceOptions } from "./options.js";
import { rulesOfDump, rulesOfSnapshot, type TraceRules } from "./rules.js";
import { readStatements } from "./statements.js";

/** All that a walk needs before its packet. */
export interface TraceSetup {
  readonly world: World;
  readonly rulesets: readonly Ruleset[];
  readonly names: Names;
  /** `undefined` when packets come from a file. */
  readonly ends: TraceEnds | undefined;
  /** What had to be supposed to find the ends. */
  readonly notes: readonly string[];
}

const NO_OBJECTS: KubernetesObjects = {
  services: [],
  endpointSlices: [],
  endpoints: [],
  nodes: [],
  pods: [],
};

/** Reads objects, ends, host and rules; `undefined` where one of them leaves nothing to walk. */
export async function loadTrace(
  options: TraceOptions,
  io: Io,
): Promise<Checked<TraceSetup | undefined>> {
  const faults: Fault[] = [];
  const take = <T>(checked: Checked<T>): T => {
    faults.push(...checked.faults);
    return checked.value;
  };
  const known =
    options.file === undefined
      ? NO_OBJECTS
      : take(loadObjects(await readSources(options.file, io), io));
  const needsEnds = options.packets === undefined && options.scenario === undefined;
  const ends = needsEnds ? take(resolveEnds(options, known)) : undefined;
  const statements = take(readStatements(options.assume ?? []));
  const node = nodeOf(options, known, ends);
  const { host, rules: saves } = take(await loadHost(options, known.nodes, node, io));
  const family: Family | undefined =
    ends?.family ?? (options.family === "6" ? 6 : options.family === "4" ? 4 : undefined);
  const rules = await loadRules(
    { ...options, ...(node === undefined ? {} : { node }) },
    known,
    saves,
    family,
    io,
  );
  const { linked, rulesets } = take(rules);
  if ((needsEnds && ends === undefined) || linked.length === 0) return { value: undefined, faults };
  const value: TraceSetup = {
    // One packet asks a node that has been running; a sequence begins where the rules were loaded.
    world: makeWorld({ rules: linked, host, statements, countersAnywhere: needsEnds }),
    rulesets,
    names: options.file === undefined ? NO_NAMES : namesOf(known),
    ends,
    notes: [
      ...(ends === undefined ? [] : [...ends.from.notes, ...ends.to.notes]),
      ...nodeNotes(options, known, ends),
    ],
  };
  return { value, faults };
}

/** The node whose rules the packet meets first: named, or where either end lies, or the first. */
function nodeOf(
  options: TraceOptions,
  { nodes }: KubernetesObjects,
  ends: TraceEnds | undefined,
): string | undefined {
  return options.node ?? ends?.from.node ?? ends?.to.node ?? nodes[0]?.name;
}

/** Rules differ from node to node: a node that nobody named is told. */
function nodeNotes(
  { node, rules, snapshot }: TraceOptions,
  { nodes }: KubernetesObjects,
  ends: TraceEnds | undefined,
): readonly string[] {
  const [first, ...others] = nodes;
  const told = node ?? rules ?? snapshot ?? ends?.from.node ?? ends?.to.node;
  if (told !== undefined || first === undefined || others.length === 0) return [];
  return [
    `neither end tells which node the packet meets; it is taken to be ${first.name} (--node names another)`,
  ];
}

async function loadRules(
  options: TraceOptions,
  objects: KubernetesObjects,
  saves: Parameters<typeof rulesOfSnapshot>[0],
  family: Family | undefined,
  io: Io,
): Promise<Checked<TraceRules>> {
  if (options.rules !== undefined) return rulesOfDump(options.rules, family, io);
  if (options.snapshot !== undefined) return rulesOfSnapshot(saves, family ?? 4);
  const faults: Fault[] = [];
  const withFamily =
    family === undefined
      ? options
      : { ...options, family: family === 6 ? ("6" as const) : ("4" as const) };
  const setup = await loadProxySetup(withFamily, io);
  const settings = settingsFor(setup.value, objects);
  const compilation = compile(objects, settings.value);
  const ruleset = completeRuleset(compilation.value);
  for (const part of [setup, settings, compilation]) faults.push(...part.faults);
  return { value: { linked: [linkRules(ruleset)], rulesets: [ruleset] }, faults };
}
