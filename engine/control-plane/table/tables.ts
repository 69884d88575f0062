import { isKind } from "../api/typed.js";
import type { Kinds, Plural } from "../objects.js";
import { CONFIG_MAPS, LEASES, NAMESPACES, NODES, SECRETS, SERVICE_ACCOUNTS } from "./cluster.js";
import { ENDPOINT_SLICES, SERVICES } from "./network.js";
import { PODS } from "./pods.js";
import { layOut, type Cell, type Column, type Row, type Table, type TableKind } from "./table.js";
import { DEPLOYMENTS, REPLICA_SETS } from "./workloads.js";

const TABLES: { readonly [P in Plural]: TableKind<Kinds[P]> } = {
  namespaces: NAMESPACES,
  nodes: NODES,
  pods: PODS,
  services: SERVICES,
  configmaps: CONFIG_MAPS,
  secrets: SECRETS,
  serviceaccounts: SERVICE_ACCOUNTS,
  deployments: DEPLOYMENTS,
  replicasets: REPLICA_SETS,
  endpointslices: ENDPOINT_SLICES,
  leases: LEASES,
};

/** Objects of one kind as kubectl lists them. */
export function tableOf<P extends Plural>(
  plural: P,
  objects: readonly Kinds[P][],
  now: number,
): Table {
  const kind: TableKind<Kinds[P]> = TABLES[plural];
  const rows: Row[] = [];
  for (const object of objects) {
    if (isKind(plural, object)) rows.push({ cells: kind.cells(object, now), object });
  }
  return { plural, columns: kind.columns, rows };
}

export interface TextOptions {
  readonly wide: boolean;
  readonly showNamespace: boolean;
  /** `pod/web` instead of `web`, as when several kinds are listed. */
  readonly namePrefix?: string;
}

/** What of a table is printed. */
export interface TableRows {
  readonly columns: readonly Column[];
  readonly rows: readonly {
    readonly cells: readonly Cell[];
    readonly object: { readonly metadata: { readonly namespace: string } };
  }[];
}

export function tableText(table: TableRows, options: TextOptions): string {
  const shown = table.columns
    .map((column, index) => ({ ...column, index }))
    .filter((column) => options.wide || !column.wide);
  const lead = options.showNamespace ? ["Namespace"] : [];
  const header = [...lead, ...shown.map((column) => column.name)];
  const rows = table.rows.map(({ cells, object }) => {
    const own = shown.map(({ index }) => cells[index] ?? "");
    if (options.namePrefix !== undefined) own[0] = `${options.namePrefix}/${own[0] ?? ""}`;
    return options.showNamespace ? [object.metadata.namespace, ...own] : own;
  });
  return layOut(header, rows);
}
