import * as fc from "fast-check";
import { clusterArbitrary, USUAL_BOUNDS, type Cluster } from "../../engine/arbitraries/cluster.js";
import { settingOf, type Setting } from "../inputs/cluster.js";
import { Scene } from "../inputs/scene.js";
import type { Subject } from "../inputs/subject.js";
import type { Size } from "../types.js";
import { bisect } from "./bisect.js";
import { wrongIn, type Property } from "./types.js";

/** A property that does not hold, made as small as could be. */
export interface Failure {
  readonly property: string;
  readonly seed: number;
  /** `undefined`: one of the small clusters of many features. */
  readonly size: Size | undefined;
  /** What is wrong with the smallest input. */
  readonly wrong: string;
  /** The smallest input that was found, as objects and the proxy's settings. */
  readonly objects: readonly unknown[];
  readonly setup: Setting["setup"];
  /** How many smaller inputs were tried. */
  readonly tries: number;
}

/**
 * Holds a property against generated clusters of a few Services of every feature, which fast-check
 * shrinks.
 */
export function proveSmall(
  property: Property,
  subject: Subject,
  seed: number,
  runs: number,
): Failure | undefined {
  const sceneOf = (cluster: Cluster) => new Scene(subject, settingOf(cluster), seed);
  const details = fc.check(
    fc.property(clusterArbitrary(fc, USUAL_BOUNDS), (cluster) => {
      const wrong = wrongIn(property, sceneOf(cluster));
      if (wrong !== undefined) throw new Error(wrong);
    }),
    { seed, numRuns: runs },
  );
  if (!details.failed) return undefined;
  const [cluster] = details.counterexample ?? [];
  if (cluster === undefined) return undefined;
  const { setting } = sceneOf(cluster);
  return {
    property: property.name,
    seed,
    size: undefined,
    wrong: wrongIn(property, sceneOf(cluster)) ?? "",
    objects: setting.objects,
    setup: setting.setup,
    tries: details.numShrinks,
  };
}

/** Holds a property against the cluster of this size that is timed; halves it where it fails. */
export function proveLarge(property: Property, scene: Scene, size: Size): Failure | undefined {
  const wrong = wrongIn(property, scene);
  if (wrong === undefined) return undefined;
  const { subject, setting, seed } = scene;
  const smaller = (objects: readonly unknown[]) =>
    new Scene(subject, { ...setting, objects }, seed);
  const groups = groupsOf(setting.objects);
  const { items, tries } = bisect(
    groups,
    (some) => wrongIn(property, smaller(some.flat())) !== undefined,
  );
  const objects = items.flat();
  return {
    property: property.name,
    seed,
    size,
    wrong: wrongIn(property, smaller(objects)) ?? wrong,
    objects,
    setup: setting.setup,
    tries,
  };
}

/** A Service and what follows it up to the next one. */
function groupsOf(objects: readonly unknown[]): readonly (readonly unknown[])[] {
  const groups: unknown[][] = [];
  for (const object of objects) {
    const last = groups.at(-1);
    if (last === undefined || isService(object)) groups.push([object]);
    else last.push(object);
  }
  return groups;
}

function isService(object: unknown): boolean {
  return (
    typeof object === "object" && object !== null && "kind" in object && object.kind === "Service"
  );
}
