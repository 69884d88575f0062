import { ALL_RESOURCES, type Resource } from "../api/resources.js";
import { DERIVED_RESOURCES } from "../derived/resources.js";
import type { DerivedResource } from "../derived/types.js";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** `GET /api`. */
export function coreVersions(): unknown {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1" }],
  };
}

function groups(): readonly string[] {
  return [...new Set(ALL_RESOURCES.map(({ group }) => group))].filter((group) => group !== "");
}

/** `GET /apis`. */
export function groupList(): unknown {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups().map(groupOf) };
}

/** `GET /apis/GROUP`. */
export function groupNamed(name: string): unknown {
  const described = groupOf(name);
  return groups().includes(name) ? { kind: "APIGroup", apiVersion: "v1", ...described } : undefined;
}

function groupOf(name: string) {
  const version = { groupVersion: `${name}/v1`, version: "v1" };
  return { name, versions: [version], preferredVersion: version };
}

/** `GET /api/v1` and `GET /apis/GROUP/v1`; `undefined` for a group that is not there. */
export function resourceList(group: string): unknown {
  const own = ALL_RESOURCES.filter((resource) => resource.group === group);
  if (own.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? "v1" : `${group}/v1`,
    resources: [
      ...own.flatMap(describeResource),
      ...(group === "" ? DERIVED_RESOURCES.map(describeDerived) : []),
    ],
  };
}

function describeDerived({ plural, singular, shortNames, kind }: DerivedResource): unknown {
  const verbs = ["get", "list"];
  return { name: plural, singularName: singular, namespaced: true, kind, verbs, shortNames };
}

function describeResource(resource: Resource): readonly unknown[] {
  const { plural, singular, shortNames, kind, namespaced, hasStatus } = resource;
  const sub = (name: string, subKind: string, verbs: readonly string[], more = {}): unknown => ({
    name: `${plural}/${name}`,
    singularName: "",
    namespaced,
    kind: subKind,
    verbs,
    ...more,
  });
  const inAll = ["pods", "services", "deployments", "replicasets"].includes(plural);
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs: VERBS,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(inAll ? { categories: ["all"] } : {}),
    },
    ...(hasStatus ? [sub("status", kind, ["get", "patch", "update"])] : []),
    ...(plural === "deployments" || plural === "replicasets"
      ? [sub("scale", "Scale", ["get", "patch", "update"], { group: "autoscaling", version: "v1" })]
      : []),
    ...(plural === "pods" ? [sub("binding", "Binding", ["create"])] : []),
  ];
}

/** `GET /version`. */
export const VERSION = {
  major: "1",
  minor: "30",
  gitVersion: "v1.30.0",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "2024-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: "linux/amd64",
};
