import { fault, type Checked, type Fault } from "../../../engine/errors.js";
import { compile, type Compilation } from "../../../engine/kube-proxy/compile.js";
import { completeRuleset } from "../../../engine/kube-proxy/complete.js";
import { settingsFor } from "../../../engine/kube-proxy/from-flags.js";
import type { ProxySettings } from "../../../engine/kube-proxy/settings.js";
import type { KubernetesObjects } from "../../../engine/kubernetes/types.js";
import type { Family } from "../../../engine/net/ip.js";
import type { Belief } from "../../../engine/services/types.js";
import { linkRules } from "../../walk/link.js";
import { makeWorld, type World } from "../../walk/world.js";
import { loadObjects, loadProxySetup } from "../cluster.js";
import { readSources } from "../files.js";
import type { Io } from "../io.js";
import { wholeText, type Progress } from "../progress.js";
import { loadHost, type TraceHost } from "../trace/host.js";
import { rulesOfDump, rulesOfSnapshot } from "../trace/rules.js";
import { readStatements } from "../trace/statements.js";
import type { MatrixOptions } from "./options.js";

/** The Services that are asked for, and the node that is asked. */
export interface MatrixSetup {
  readonly world: World;
  readonly objects: KubernetesObjects;
  readonly settings: ProxySettings;
  /** Sorted by Service port. */
  readonly beliefs: readonly Belief[];
  readonly family: Family;
  readonly node: string | undefined;
  /** What had to be supposed. */
  readonly notes: readonly string[];
}

/** Reads objects, host and rules; `undefined` where one of them leaves nothing to ask. */
export async function loadMatrix(
  options: MatrixOptions,
  io: Io,
  progress: Progress,
): Promise<Checked<MatrixSetup | undefined>> {
  const faults: Fault[] = [];
  const take = <T>(checked: Checked<T>): T => {
    faults.push(...checked.faults);
    return checked.value;
  };
  const objects = take(loadObjects(await readSources(options.file ?? [], io), io));
  const family: Family = options.family === "6" ? 6 : 4;
  const node = options.node ?? objects.nodes[0]?.name;
  const named = node === undefined ? options : { ...options, node };
  progress.tell(`compiling ${wholeText(objects.services.length)} Services`);
  const proxy = take(await loadProxySetup(named, io));
  const own = isOwn(options);
  const settings = keep(settingsFor(proxy, objects), own, faults);
  const compilation = keep(compile(objects, settings), own, faults);
  const statements = take(readStatements(options.assume ?? []));
  const host = take(await loadHost(options, objects.nodes, node, io));
  progress.tell("loading the rules");
  const linked = take(await linkedRules(options, compilation, host, family, io));
  const beliefs = compilation.beliefs.filter(({ port }) => isWanted(port.name, options));
  if (beliefs.length === 0) faults.push(noService(compilation, options));
  if (linked.length === 0 || beliefs.length === 0) return { value: undefined, faults };
  const world = makeWorld({ rules: linked, host: host.host, statements, countersAnywhere: true });
  const notes = [...nodeNotes(options, objects, settings), ...skippedNotes(compilation, options)];
  return { value: { world, objects, settings, beliefs, family, node, notes }, faults };
}

/** The rules are made here; otherwise the proxy's settings say only what is asked. */
function isOwn({ rules, snapshot }: MatrixOptions): boolean {
  return rules === undefined && snapshot === undefined;
}

function keep<T>({ value, faults }: Checked<T>, counts: boolean, into: Fault[]): T {
  if (counts) into.push(...faults);
  return value;
}

async function linkedRules(
  options: MatrixOptions,
  compilation: Compilation,
  { rules: saves }: TraceHost,
  family: Family,
  io: Io,
): Promise<Checked<World["rules"]>> {
  if (options.rules !== undefined) {
    const { value, faults } = await rulesOfDump(options.rules, [family], io);
    return { value: value.get(family)?.linked ?? [], faults };
  }
  if (options.snapshot !== undefined) {
    const { value, faults } = rulesOfSnapshot(saves, [family], options.snapshot);
    return { value: value.get(family)?.linked ?? [], faults };
  }
  return { value: [linkRules(completeRuleset(compilation))], faults: [] };
}

function isWanted(
  name: { readonly namespace: string; readonly name: string },
  { service, namespace }: MatrixOptions,
): boolean {
  const names = service?.map((text) => text.replace(/^(?:svc|services?)\//, ""));
  const isNamed = names?.some(
    (text) => text === name.name || text === `${name.namespace}/${name.name}`,
  );
  return (isNamed ?? true) && (namespace?.includes(name.namespace) ?? true);
}

function noService({ beliefs, skipped, objects }: Compilation, options: MatrixOptions): Fault {
  const { service, namespace } = options;
  const filtered = service !== undefined || namespace !== undefined;
  const known = [...new Set(beliefs.map(({ port: { name } }) => `${name.namespace}/${name.name}`))];
  if (filtered && known.length > 0) {
    const shown = known.slice(0, 5).join(", ");
    const message = `no Service port is so named; the proxy serves ${known.length} Services: ${shown}${known.length > 5 ? ", ..." : ""}`;
    return fault("no-such-service", message, {
      field: service === undefined ? "--namespace" : "--service",
    });
  }
  const why = [...skipped].slice(0, 3).map(([name, reason]) => `${name}: ${reason}`);
  const message =
    objects.services.length === 0
      ? "the input holds no Service, so there is nothing to ask"
      : `none of the ${objects.services.length} Services gets rules (${why.join("; ")})`;
  return fault("no-service", message, { field: "--file" });
}

/** Services that no proxy of this kind serves, so that nobody looks for them in the answer. */
function skippedNotes({ skipped }: Compilation, options: MatrixOptions): readonly string[] {
  const wanted = [...skipped].filter(([key]) => {
    const [namespace = "", name = ""] = key.split("/");
    return isWanted({ namespace, name }, options);
  });
  if (wanted.length === 0) return [];
  const shown = wanted.slice(0, 3).map(([name, why]) => `${name} (${why})`);
  const more = wanted.length > shown.length ? ", ..." : "";
  const noun = wanted.length === 1 ? "Service gets" : "Services get";
  return [
    `${wholeText(wanted.length)} ${noun} no rules and no line here: ${shown.join(", ")}${more}`,
  ];
}

function nodeNotes(
  { node, rules, snapshot }: MatrixOptions,
  { nodes }: KubernetesObjects,
  { nodeName }: ProxySettings,
): readonly string[] {
  const [first, ...others] = nodes;
  if (node !== undefined || nodeName === undefined || first === undefined) return [];
  if (others.length === 0) return [];
  const whose = rules ?? snapshot;
  return [
    whose === undefined
      ? `these are the rules of node ${first.name} (--node names another)`
      : `${whose} is taken to be of node ${first.name} (--node names another)`,
  ];
}
