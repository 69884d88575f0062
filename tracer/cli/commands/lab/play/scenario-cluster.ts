import { isObject } from "../../../../../engine/control-plane/json.js";
import {
  FAMILY_CHOICES,
  NO_LUCK,
  type FamilyChoice,
  type Luck,
} from "../../../../../engine/control-plane/settings.js";

/** The cluster that a scenario begins with. */
export interface ScenarioCluster {
  readonly nodes: number;
  readonly master: boolean;
  readonly seed: string | undefined;
  readonly externalIPs: readonly string[];
  readonly zones: readonly string[];
  readonly families: FamilyChoice;
  readonly podCidr: string | undefined;
  readonly serviceCidr: string | undefined;
  readonly nodeNetwork: string | undefined;
  readonly luck: Luck;
}

/** Tells what is wrong with the value at a path below `cluster`. */
export type Refuse = (path: readonly (string | number)[], message: string) => void;

const KEYS: ReadonlySet<string> = new Set([
  "nodes",
  "master",
  "seed",
  "external-ips",
  "zones",
  "families",
  "pod-cidr",
  "service-cidr",
  "node-network",
  "luck",
]);
const LUCK_KEYS: ReadonlySet<string> = new Set(["cluster-ips", "node-ports", "nodes"]);
const MOST_NODES = 5000;

export function readCluster(raw: unknown, refuse: Refuse): ScenarioCluster {
  const value = isObject(raw) ? raw : {};
  if (raw !== undefined && !isObject(raw)) refuse([], "`cluster` is a mapping");
  known(value, KEYS, "a cluster", (message) => refuse([], message));
  const nodes = value["nodes"] ?? 3;
  const counted = typeof nodes === "number" && Number.isInteger(nodes);
  if (!counted || nodes < 1 || nodes > MOST_NODES) {
    refuse(["nodes"], `\`nodes\` is a number from 1 to ${MOST_NODES}`);
  }
  const asked = value["families"] ?? "ipv4";
  const families = FAMILY_CHOICES.find((choice) => choice === asked);
  if (families === undefined) {
    refuse(["families"], `\`families\` is one of ${FAMILY_CHOICES.join(", ")}`);
  }
  return {
    families: families ?? "ipv4",
    nodes: counted ? nodes : 3,
    master: value["master"] === true,
    seed: textIfAny(value["seed"]),
    externalIPs: listOf(value["external-ips"]),
    zones: listOf(value["zones"]),
    podCidr: textIfAny(value["pod-cidr"]),
    serviceCidr: textIfAny(value["service-cidr"]),
    nodeNetwork: textIfAny(value["node-network"]),
    luck: readLuck(value["luck"], refuse),
  };
}

function readLuck(raw: unknown, refuse: Refuse): Luck {
  if (raw === undefined) return NO_LUCK;
  if (!isObject(raw)) {
    refuse(["luck"], "`luck` is a mapping");
    return NO_LUCK;
  }
  known(raw, LUCK_KEYS, "luck", (message) => refuse(["luck"], message));
  const nodePorts = listOf(raw["node-ports"]).map(Number);
  if (nodePorts.some((port) => !Number.isInteger(port))) {
    refuse(["luck", "node-ports"], "`node-ports` are numbers");
  }
  return { clusterIPs: listOf(raw["cluster-ips"]), nodePorts, nodes: listOf(raw["nodes"]) };
}

function known(
  value: Readonly<Record<string, unknown>>,
  keys: ReadonlySet<string>,
  what: string,
  refuse: (message: string) => void,
): void {
  for (const key of Object.keys(value)) {
    if (!keys.has(key)) refuse(`${what} has no \`${key}\`; it has ${[...keys].join(", ")}`);
  }
}

function textIfAny(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value);
}

/** One value stands for a list of it. */
export function listOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(textOf);
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
