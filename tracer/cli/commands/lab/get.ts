import type { Command } from "commander";
import type { Fault } from "../../../../engine/errors.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { AnyObject, Kinds, Plural } from "../../../../engine/control-plane/objects.js";
import type {
  DerivedResource,
  DerivedRow,
} from "../../../../engine/control-plane/derived/types.js";
import {
  tableOf,
  tableText,
  type TableRows,
} from "../../../../engine/control-plane/table/tables.js";
import { isKind } from "../../../../engine/control-plane/api/typed.js";
import { command, oneOf } from "../../command.js";
import { hintAtTime, lookAtCluster, type LabContext } from "./context.js";
import { addNamespaceOption, type NamespaceOptions } from "./options.js";
import { selectDerived, splitDerived } from "./derived.js";
import { jsonText, yamlText } from "./whole.js";
import { readTargets, selectObjects, type Target } from "./targets.js";

const FORMATS = ["wide", "yaml", "json", "name"] as const;

interface GetOptions extends NamespaceOptions {
  readonly allNamespaces?: true;
  readonly selector?: string;
  readonly output?: (typeof FORMATS)[number];
}

export function getCommand(context: LabContext): Command {
  return addNamespaceOption(command("get", "list objects, in kubectl's columns"))
    .argument("<what...>", "pods, svc, deploy/web, pod web-1, po,svc, all")
    .option("-A, --all-namespaces", "in every namespace")
    .option("-l, --selector <labels>", "only those with these labels: app=web,tier!=db")
    .option("-o, --output <wide|yaml|json|name>", "more columns, or whole objects", oneOf(FORMATS))
    .action((words: readonly string[], options: GetOptions, self: Command) =>
      lookAtCluster(context, self, (session) => {
        const faults = get(session.cluster, words, options, context);
        if (options.output === undefined || options.output === "wide") {
          hintAtTime(session, context.io);
        }
        return faults;
      }),
    );
}

/** The objects of one kind that a command asked for. */
interface Group {
  /** As in `deployment.apps`, which stands before names. */
  readonly title: string;
  readonly namespaced: boolean;
  readonly objects: readonly ShownObject[];
  readonly table: TableRows;
}

interface ShownObject {
  readonly metadata: { readonly name: string; readonly namespace: string };
}

function get(
  cluster: Cluster,
  words: readonly string[],
  options: GetOptions,
  { io }: LabContext,
): readonly Fault[] {
  const { derived, others } = splitDerived(words);
  const targets = others.length === 0 ? { value: [], faults: [] } : readTargets(others);
  const faults: Fault[] = [...targets.faults];
  const found = new Map<Plural, { readonly target: Target; readonly objects: AnyObject[] }>();
  for (const target of targets.value) {
    const { plural } = target.resource;
    const selected = selectObjects(cluster, plural, target.name, options);
    faults.push(...selected.faults);
    const before = found.get(plural);
    if (before === undefined) found.set(plural, { target, objects: [...selected.value] });
    else before.objects.push(...selected.value);
  }
  const groups = [...found.values()].map((one) => storedGroup(cluster, one.target, one.objects));
  for (const { resource, name } of derived) {
    const rows = selectDerived(cluster, resource, name, options);
    faults.push(...rows.faults);
    groups.push(derivedGroup(resource, rows.value));
  }
  const filled = groups.filter((group) => group.objects.length > 0);
  if (filled.length === 0 && faults.length === 0) {
    const where = options.allNamespaces === true ? "" : ` in ${options.namespace} namespace`;
    if (options.output === undefined || options.output === "wide") {
      io.err(`No resources found${where}${where === "" ? "" : "."}\n`);
      return faults;
    }
  }
  const asked = [...targets.value, ...derived];
  const single = asked.length === 1 && asked[0]?.name !== undefined;
  io.out(show(filled, options, single));
  return faults;
}

function storedGroup(cluster: Cluster, target: Target, objects: readonly AnyObject[]): Group {
  const { resource } = target;
  const suffix = resource.group === "" ? "" : `.${resource.group}`;
  return {
    title: resource.singular + suffix,
    namespaced: resource.namespaced,
    objects,
    table: tableOf(resource.plural, ofKind(resource.plural, objects), cluster.now),
  };
}

function ofKind<P extends Plural>(plural: P, objects: readonly AnyObject[]): readonly Kinds[P][] {
  return objects.filter((object): object is Kinds[P] => isKind(plural, object));
}

function derivedGroup(resource: DerivedResource, rows: readonly DerivedRow[]): Group {
  return {
    title: resource.singular,
    namespaced: true,
    objects: rows.map(({ object }) => object),
    table: { columns: resource.columns, rows },
  };
}

function show(groups: readonly Group[], options: GetOptions, single: boolean): string {
  const objects = groups.flatMap((group) => group.objects);
  const output = options.output ?? "wide";
  switch (output) {
    case "yaml":
      return yamlText(shownWhole(objects, single));
    case "json":
      return jsonText(shownWhole(objects, single));
    case "name":
      return groups
        .flatMap(({ title, objects: own }) =>
          own.map(({ metadata }) => `${title}/${metadata.name}\n`),
        )
        .join("");
    case "wide":
      return groups.map((group) => tableFor(group, options, groups.length > 1)).join("\n");
  }
}

function shownWhole(objects: readonly ShownObject[], single: boolean): unknown {
  const [first] = objects;
  if (single && first !== undefined) return withoutEmpty(first);
  return {
    apiVersion: "v1",
    items: objects.map(withoutEmpty),
    kind: "List",
    metadata: { resourceVersion: "" },
  };
}

/** An object outside namespaces has no namespace, not an empty one. */
function withoutEmpty(object: ShownObject): unknown {
  const { namespace, ...metadata } = object.metadata;
  return namespace === "" ? { ...object, metadata } : object;
}

function tableFor(
  { table, title, namespaced }: Group,
  options: GetOptions,
  named: boolean,
): string {
  return tableText(table, {
    wide: options.output === "wide",
    showNamespace: options.allNamespaces === true && namespaced,
    ...(named ? { namePrefix: title } : {}),
  });
}
