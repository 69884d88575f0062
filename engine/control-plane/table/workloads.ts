import { formatSelector } from "../api/selector.js";
import { humanDuration, parseTime } from "../clock.js";
import type { Deployment, PodTemplate, ReplicaSet } from "../objects.js";
import { columns, type TableKind } from "./table.js";

const WIDE = ["Containers", "Images", "Selector"];

export const DEPLOYMENTS: TableKind<Deployment> = {
  columns: columns(["Name", "Ready", "Up-to-date", "Available", "Age"], WIDE),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    humanDuration(now - parseTime(metadata.creationTimestamp)),
    ...containersText(spec.template),
    formatSelector(spec.selector),
  ],
};

export const REPLICA_SETS: TableKind<ReplicaSet> = {
  columns: columns(["Name", "Desired", "Current", "Ready", "Age"], WIDE),
  cells: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec.replicas ?? 1,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    humanDuration(now - parseTime(metadata.creationTimestamp)),
    ...containersText(spec.template ?? {}),
    formatSelector(spec.selector),
  ],
};

function containersText(template: PodTemplate): readonly [names: string, images: string] {
  const containers = template.spec?.containers ?? [];
  const names = containers.map((container) => container.name);
  const images = containers.map((container) => container.image ?? "");
  return [names.join(","), images.join(",")];
}
