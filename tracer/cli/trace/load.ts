import type { Checked, Fault } from "../../../engine/errors.js";
import { compile } from "../../../engine/kube-proxy/compile.js";
import { completeRuleset } from "../../../engine/kube-proxy/complete.js";
import { settingsFor } from "../../../engine/kube-proxy/from-flags.js";
import type { KubernetesObjects } from "../../../engine/kubernetes/types.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import { familyOf, type Family } from "../../../engine/net/ip.js";
import type { SnapshotRules } from "../../host/read-snapshot.js";
import type { PacketLine } from "../../packet/jsonl.js";
import { NO_NAMES, type Names } from "../../report/words.js";
import { linkRules } from "../../walk/link.js";
import { makeWorld, type World } from "../../walk/world.js";
import { loadObjects, loadProxySetup, nothingRead } from "../cluster.js";
import { namesOf } from "../ends/names.js";
import { readSources } from "../files.js";
import type { Io } from "../io.js";
import { resolveEnds, type TraceEnds } from "./ends.js";
import { loadHost } from "./host.js";
import type { Worlds } from "./conversation.js";
import type { TraceOptions } from "./options.js";
import { readPackets, type PacketFile } from "./packets.js";
import { rulesOfDump, rulesOfSnapshot, type RulesByFamily, type TraceRules } from "./rules.js";
import { readScenario, type Scenario } from "./scenario.js";
import { idleStatements, readStatements } from "./statements.js";

/** All that a walk needs before its packet. */
export interface TraceSetup {
  /** Of the one packet's family; of packets from a file, the first's. */
  readonly world: World;
  readonly rulesets: readonly Ruleset[];
  /** Of each family that packets from a file are of. */
  readonly worlds: Worlds;
  readonly names: Names;
  readonly objects: KubernetesObjects;
  /** The node whose rules are walked, where that is told. */
  readonly node: string | undefined;
  /** `undefined` when packets come from a file. */
  readonly ends: TraceEnds | undefined;
  /** Packets from a file, one after the other or in time. */
  readonly packets: PacketFile | undefined;
  readonly scenario: Scenario | undefined;
  /** What had to be supposed to find the ends. */
  readonly notes: readonly string[];
}

const NOTHING = { value: undefined, faults: [] };

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
  const unread = nothingRead(faults, known);
  const { packets, scenario } = take(await readSequence(options, io));
  const needsEnds = options.packets === undefined && options.scenario === undefined;
  const ends = needsEnds ? take(resolveEnds(options, known)) : undefined;
  const statements = take(readStatements(options.assume ?? []));
  const node = nodeOf(options, known, ends);
  const { host, rules: saves } = take(await loadHost(options, known.nodes, node, io));
  const families = familiesOf(options, ends, (packets ?? scenario)?.lines ?? []);
  const named = { ...options, ...(node === undefined ? {} : { node }) };
  const isOwn = options.rules === undefined && options.snapshot === undefined;
  // What nobody could read is not an empty cluster.
  const rules: RulesByFamily =
    isOwn && unread ? new Map() : take(await loadRules(named, known, saves, families, io));
  const walked = [...rules.values()].flatMap(({ rulesets }) => rulesets);
  if (walked.length > 0) faults.push(...idleStatements(statements, walked));
  // One packet asks a node that has been running; a sequence begins where the rules were loaded.
  const worlds: Worlds = new Map(
    [...rules].map(([family, { linked }]) => [
      family,
      makeWorld({ rules: linked, host, statements, countersAnywhere: needsEnds }),
    ]),
  );
  const [first] = rules.keys();
  const world = first === undefined ? undefined : worlds.get(first);
  const asked = ends ?? packets ?? scenario;
  if (world === undefined || first === undefined || asked === undefined) {
    return { value: undefined, faults };
  }
  const value: TraceSetup = {
    world,
    rulesets: rules.get(first)?.rulesets ?? [],
    worlds,
    names: options.file === undefined ? NO_NAMES : namesOf(known),
    objects: known,
    node,
    ends,
    packets,
    scenario,
    notes: [
      ...(ends === undefined ? [] : [...ends.from.notes, ...ends.to.notes]),
      ...nodeNotes(options, known, ends),
    ],
  };
  return { value, faults };
}

/** The packets of a file, where one is named. */
async function readSequence(
  { packets, scenario }: TraceOptions,
  io: Io,
): Promise<Checked<Pick<TraceSetup, "packets" | "scenario">>> {
  const lines = packets === undefined ? NOTHING : await readPackets(packets, io);
  const events = scenario === undefined ? NOTHING : await readScenario(scenario, io);
  return {
    value: { packets: lines.value, scenario: events.value },
    faults: [...lines.faults, ...events.faults],
  };
}

/** Those that packets are of, the first packet's first; IPv4 where there is none. */
function familiesOf(
  { family }: TraceOptions,
  ends: TraceEnds | undefined,
  lines: readonly PacketLine[],
): readonly Family[] {
  if (ends !== undefined) return [ends.family];
  const sources = lines.flatMap(({ parts: { source } }) => source ?? []);
  const found = [...new Set(sources.map(familyOf))];
  return found.length > 0 ? found : [family === "6" ? 6 : 4];
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
  saves: readonly SnapshotRules[] | undefined,
  families: readonly Family[],
  io: Io,
): Promise<Checked<RulesByFamily>> {
  if (options.rules !== undefined) return rulesOfDump(options.rules, families, io);
  if (options.snapshot !== undefined) return rulesOfSnapshot(saves, families, options.snapshot);
  const value = new Map<Family, TraceRules>();
  const faults: Fault[] = [];
  for (const family of families) {
    const setup = await loadProxySetup({ ...options, family: family === 6 ? "6" : "4" }, io);
    const settings = settingsFor(setup.value, objects);
    const compilation = compile(objects, settings.value);
    const ruleset = completeRuleset(compilation.value);
    value.set(family, { linked: [linkRules(ruleset)], rulesets: [ruleset] });
    // Both families read the same flags, and find the same in them.
    const both = value.size > 1 ? [] : setup.faults;
    faults.push(...both, ...settings.faults, ...compilation.faults);
  }
  return { value, faults };
}
