import type { Command } from "commander";
import { stringify } from "yaml";
import type { Fault } from "../../../../engine/errors.js";
import type { Cluster } from "../../../../engine/control-plane/cluster.js";
import type { AnyObject, Kinds, Plural } from "../../../../engine/control-plane/objects.js";
import { tableOf, tableText } from "../../../../engine/control-plane/table/tables.js";
import { command, oneOf } from "../../command.js";
import { failed, hintAtTime, onCluster, type LabContext, type Result } from "./context.js";
import { addNamespaceOption, type NamespaceOptions } from "./options.js";
import { readTargets, selectObjects, shownName, type Target } from "./targets.js";

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
      onCluster(context, self, async (session) => {
        const result = await get(session.cluster, words, options, context);
        if (options.output === undefined || options.output === "wide") {
          hintAtTime(session, context.io);
        }
        return result;
      }),
    );
}

/** The objects of one kind that a command asked for. */
interface Group<P extends Plural = Plural> {
  readonly target: Target;
  readonly plural: P;
  readonly objects: readonly Kinds[P][];
}

function get(
  cluster: Cluster,
  words: readonly string[],
  options: GetOptions,
  { io }: LabContext,
): Promise<Result> {
  const targets = readTargets(words);
  const faults: Fault[] = [...targets.faults];
  const groups: Group[] = [];
  for (const target of targets.value) {
    const { plural } = target.resource;
    const selected = selectObjects(cluster, plural, target.name, options);
    faults.push(...selected.faults);
    const before = groups.find((group) => group.plural === plural);
    if (before === undefined) groups.push({ target, plural, objects: selected.value });
    else
      groups[groups.indexOf(before)] = {
        ...before,
        objects: [...before.objects, ...selected.value],
      };
  }
  const filled = groups.filter((group) => group.objects.length > 0);
  if (filled.length === 0 && faults.length === 0) {
    const where = options.allNamespaces === true ? "" : ` in ${options.namespace} namespace`;
    if (options.output === undefined || options.output === "wide") {
      io.err(`No resources found${where}${where === "" ? "" : "."}\n`);
      return Promise.resolve(failed(faults));
    }
  }
  const single = targets.value.length === 1 && targets.value[0]?.name !== undefined;
  io.out(show(cluster, filled, options, single));
  return Promise.resolve(failed(faults));
}

function show(
  cluster: Cluster,
  groups: readonly Group[],
  options: GetOptions,
  single: boolean,
): string {
  const objects = groups.flatMap((group): readonly AnyObject[] => group.objects);
  const output = options.output ?? "wide";
  switch (output) {
    case "yaml":
      return stringify(shownWhole(objects, single), { sortMapEntries: true, lineWidth: 0 });
    case "json":
      return `${JSON.stringify(shownWhole(objects, single), undefined, 4)}\n`;
    case "name":
      return groups
        .flatMap(({ target, objects: own }) =>
          own.map((one) => `${shownName(target.resource, one)}\n`),
        )
        .join("");
    case "wide":
      return groups.map((group) => tableFor(cluster, group, options, groups.length > 1)).join("\n");
  }
}

function shownWhole(objects: readonly AnyObject[], single: boolean): unknown {
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
function withoutEmpty(object: AnyObject): unknown {
  const { namespace, ...metadata } = object.metadata;
  return namespace === "" ? { ...object, metadata } : object;
}

function tableFor(cluster: Cluster, group: Group, options: GetOptions, named: boolean): string {
  const table = tableOf(group.plural, group.objects, cluster.now);
  const { resource } = group.target;
  const suffix = resource.group === "" ? "" : `.${resource.group}`;
  return tableText(table, {
    wide: options.output === "wide",
    showNamespace: options.allNamespaces === true && resource.namespaced,
    ...(named ? { namePrefix: resource.singular + suffix } : {}),
  });
}
