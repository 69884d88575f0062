import { formatTime } from "../clock.js";
import type { AnyObject, Metadata, Pod } from "../objects.js";

export type Propagation = "Background" | "Foreground" | "Orphan";

export interface DeleteOptions {
  /** Seconds; for Pods. Absent: what the Pod itself asks for. */
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: Propagation;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** What a deletion comes to: gone at once, marked and left to others to finish, or nothing new. */
export type Deletion =
  | { readonly kind: "remove" }
  | { readonly kind: "mark"; readonly metadata: Metadata }
  | { readonly kind: "nothing" };

const FINALIZER_OF: Readonly<Record<Propagation, string | undefined>> = {
  Background: undefined,
  Foreground: "foregroundDeletion",
  Orphan: "orphan",
};

/** `BeforeDelete` and the finalizers of the registry. */
export function planDeletion(object: AnyObject, options: DeleteOptions, now: number): Deletion {
  const { metadata } = object;
  const grace = graceOf(object, options);
  const added = FINALIZER_OF[options.propagationPolicy ?? "Background"];
  const present = metadata.finalizers ?? [];
  const finalizers =
    added === undefined || present.includes(added) || metadata.deletionTimestamp !== undefined
      ? present
      : [...present, added];
  if (grace === 0 && finalizers.length === 0 && !hasContent(object)) return { kind: "remove" };
  if (metadata.deletionTimestamp !== undefined) {
    const left = metadata.deletionGracePeriodSeconds ?? 0;
    if (grace >= left) return { kind: "nothing" };
  }
  return {
    kind: "mark",
    metadata: {
      ...metadata,
      ...(finalizers.length === 0 ? {} : { finalizers }),
      deletionTimestamp: formatTime(now + grace * 1000),
      deletionGracePeriodSeconds: grace,
    },
  };
}

/** Whether an update lets a marked object go. */
export function isFinished(object: AnyObject): boolean {
  const { metadata } = object;
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0 &&
    !hasContent(object)
  );
}

/** A namespace holds on until its controller has emptied it. */
function hasContent(object: AnyObject): boolean {
  return (
    object.kind === "Namespace" &&
    "spec" in object &&
    object.spec !== undefined &&
    "finalizers" in object.spec &&
    (object.spec.finalizers ?? []).length > 0
  );
}

function graceOf(object: AnyObject, options: DeleteOptions): number {
  if (!isPod(object)) return 0;
  const phase = object.status?.phase;
  const idle = object.spec.nodeName === undefined || phase === "Succeeded" || phase === "Failed";
  if (idle) return 0;
  return Math.max(0, options.gracePeriodSeconds ?? object.spec.terminationGracePeriodSeconds ?? 30);
}

function isPod(object: AnyObject): object is Pod {
  return object.kind === "Pod";
}
