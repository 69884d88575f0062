import type { Fault } from "../../errors.js";
import { checkRaw } from "../../kubernetes/read.js";
import type { KubernetesObject, KubernetesObjects, NodeObject } from "../../kubernetes/types.js";
import { doublePorts, findConflicts } from "../../services/conflicts.js";
import { ProxyModel, type ModelChange } from "../../services/model.js";
import type { Belief } from "../../services/types.js";
import { ascii, fromAscii } from "../bytes.js";
import { LARGE_CLUSTER_ENDPOINTS } from "../compile.js";
import type { SyncConditions } from "../context.js";
import { compileEntries, isWritten } from "../entry.js";
import { nodeNameOf, resolveSettings } from "../resolve-settings.js";
import type { ProxySettings } from "../settings.js";
import { makeFrame, type Frame } from "../text.js";
import { ChainBook } from "./chain-book.js";
import { staleConntrack } from "./conntrack.js";
import { healthChecks, type HealthChecks } from "./health.js";
import { MinimalWriter, type ServiceChange } from "./minimal.js";
import { RuleMemo } from "./rule-memo.js";
import { readReference, type ObjectReference } from "./reference.js";
import { compareServices, ServiceList, type ListedService } from "./service-list.js";
import type {
  ObjectChange,
  Sync,
  SyncConfig,
  SyncRequest,
  SyncResult,
  WatchEvent,
} from "./types.js";
import { writeEverything } from "../write-all.js";

/** A sync that has seen nothing yet: its first result is a full sync. */
export function createSync(config: SyncConfig): Sync {
  return new NodeSync(config);
}

const NO_LABELS: Readonly<Record<string, string>> = {};
/** Of more changed Services than this share, the list is made anew. */
const REBUILD_SHARE = 8;

class NodeSync implements Sync {
  private readonly config: SyncConfig;
  private readonly nodeName: string | undefined;
  private readonly model: ProxyModel;
  private readonly list = new ServiceList();
  private readonly services = new Map<string, ListedService>();
  private readonly book: ChainBook;
  private settings: ProxySettings;
  private frame: Frame;
  private nodeLabels = NO_LABELS;
  private nodeKnown = false;
  private endpointCount = 0;
  private needsFullSync = true;
  private lastCleaning = Number.NEGATIVE_INFINITY;

  constructor(config: SyncConfig) {
    this.config = config;
    this.nodeName = nodeNameOf(config.config, config.flags);
    this.settings = resolveSettings(config.config, config.flags, undefined).value;
    this.frame = makeFrame(this.settings);
    this.model = new ProxyModel(this.settings.services, this.nodeName);
    this.book = new ChainBook(this.settings.currentChains);
  }

  change(change: ObjectChange): readonly Fault[] {
    const faults: Fault[] = [];
    for (const raw of [...(change.add ?? []), ...(change.update ?? [])]) {
      const checked = checkRaw(raw);
      faults.push(...checked.faults);
      for (const object of checked.value) {
        if (object.kind === "Service") faults.push(...doublePorts(object));
        this.set(object);
      }
    }
    for (const raw of change.delete ?? []) {
      const reference = readReference(raw);
      faults.push(...reference.faults);
      if (reference.value !== undefined) this.remove(reference.value);
    }
    return faults;
  }

  replace(objects: KubernetesObjects): void {
    this.model.replaceAll(objects);
    const node = objects.nodes.find(({ name }) => name === this.nodeName);
    if (node !== undefined) this.setNode(node);
    else if (this.nodeKnown) this.forgetNode();
  }

  watch({ type, object }: WatchEvent): readonly Fault[] {
    switch (type) {
      case "ADDED":
      case "MODIFIED":
        return this.change({ update: [object] });
      case "DELETED":
        return this.change({ delete: [object] });
      case "BOOKMARK":
        return [];
      default: {
        const message = `a watch event of type ${type} is not understood`;
        return [{ code: "unknown-watch-event", severity: "error", message, at: {} }];
      }
    }
  }

  sync(request: SyncRequest = {}): SyncResult {
    const full = this.needsFullSync || request.forceFullSync === true;
    this.needsFullSync = false;
    this.book.begin();
    const change = this.model.commit();
    const memo = new RuleMemo();
    const minimal = !full && this.config.style !== "kube-proxy";
    const changes = this.takeChanges(change, memo, minimal);
    const conditions = this.conditions();
    const bytes = minimal
      ? this.writeMinimal(changes, memo)
      : this.writeWhole(full, change, changes, conditions, request.now ?? 0);
    return {
      bytes: bytes.bytes,
      get text() {
        return fromAscii(bytes.bytes);
      },
      full,
      largeCluster: conditions.largeCluster,
      cleaned: bytes.cleaned,
      conntrack: staleConntrack(change, (key) => this.model.beliefs(key)),
    };
  }

  failed(): void {
    this.needsFullSync = true;
    this.book.fail();
  }

  health(): HealthChecks {
    return healthChecks(this.model);
  }

  conflicts(): readonly Fault[] {
    return findConflicts([...this.services.values()].sort(compareServices).flatMap(beliefsOf));
  }

  private set(object: KubernetesObject): void {
    switch (object.kind) {
      case "Service":
        this.model.setService(object);
        break;
      case "EndpointSlice":
        this.model.setSlice(object);
        break;
      case "Endpoints":
        this.model.setEndpoints(object);
        break;
      case "Node":
        if (object.name === this.nodeName) this.setNode(object);
        break;
      case "Pod":
        break;
    }
  }

  private remove({ kind, key }: ObjectReference): void {
    switch (kind) {
      case "Service":
        this.model.deleteService(key);
        break;
      case "EndpointSlice":
        this.model.deleteSlice(key);
        break;
      case "Endpoints":
        this.model.deleteEndpoints(key);
        break;
      case "Node":
        if (key === this.nodeName) this.forgetNode();
        break;
      case "Pod":
        break;
    }
  }

  /** Labels may move every choice of endpoints, Pod CIDRs every masquerade rule. */
  private setNode(node: NodeObject): void {
    this.nodeKnown = true;
    const { value } = resolveSettings(this.config.config, this.config.flags, node);
    const sameSettings = JSON.stringify(value) === JSON.stringify(this.settings);
    if (sameSettings && sameLabels(node.labels, this.nodeLabels)) return;
    this.nodeLabels = node.labels;
    this.needsFullSync = true;
    if (sameSettings) return;
    this.settings = value;
    this.frame = makeFrame(value);
  }

  private forgetNode(): void {
    this.nodeKnown = false;
    this.nodeLabels = NO_LABELS;
    this.needsFullSync = true;
  }

  private conditions(): SyncConditions {
    return {
      settings: this.settings,
      nodeLabels: this.nodeLabels,
      largeCluster: this.endpointCount > LARGE_CLUSTER_ENDPOINTS,
    };
  }

  /** What each changed Service was, and is now, in order. */
  private takeChanges(
    { updated }: ModelChange,
    memo: RuleMemo,
    minimal: boolean,
  ): readonly ServiceChange[] {
    for (const [key, beliefs] of updated) {
      const before = this.services.get(key)?.entries ?? [];
      for (const { belief } of before) this.endpointCount -= belief.endpoints.length;
      for (const { endpoints } of beliefs) this.endpointCount += endpoints.length;
    }
    const conditions = this.conditions();
    const updates = [...updated].map(updateOf);
    // In the order of what is written: neighbours in memory are copied in one go.
    updates.sort(compareServices);
    const all = updates.flatMap(({ beliefs }) => beliefs);
    const entries = minimal
      ? all.map((belief) => memo.count(belief, conditions))
      : compileEntries(all, conditions);
    const changes: ServiceChange[] = [];
    let at = 0;
    for (const { key, namespace, name, beliefs } of updates) {
      const before = this.services.get(key) ?? { namespace, name, entries: [] };
      const after = { namespace, name, entries: entries.slice(at, at + beliefs.length) };
      at += beliefs.length;
      if (before.entries.length === 0 && after.entries.length === 0) continue;
      if (after.entries.length > 0) this.services.set(key, after);
      else this.services.delete(key);
      this.book.replace(before.entries, after.entries, memo);
      changes.push({ before, after });
    }
    return changes;
  }

  private writeMinimal(changes: readonly ServiceChange[], memo: RuleMemo): Written {
    const writer = new MinimalWriter(memo);
    for (const change of changes) writer.change(change, this.list);
    return { bytes: ascii(writer.finish(this.book.takeStale())), cleaned: true };
  }

  private writeWhole(
    full: boolean,
    { updated }: ModelChange,
    changes: readonly ServiceChange[],
    conditions: SyncConditions,
    now: number,
  ): Written {
    if (changes.length * REBUILD_SHARE > this.services.size) {
      this.list.replaceAll([...this.services.values()]);
    } else {
      for (const { after } of changes) this.list.set(after);
    }
    if (full) this.rewriteFor(conditions);
    const cleaned = !conditions.largeCluster || now - this.lastCleaning > this.settings.syncPeriod;
    if (cleaned) this.lastCleaning = now;
    const stale = cleaned ? this.book.takeStale() : [];
    const rewritten = ({ namespace, name }: ListedService) =>
      full || updated.has(`${namespace}/${name}`);
    return { bytes: writeEverything(this.frame, this.list, rewritten, stale), cleaned };
  }

  /** Compiles again what is not written, or was under other conditions; the rest stands. */
  private rewriteFor(conditions: SyncConditions): void {
    const outdated = [...this.services].filter(([, { entries }]) =>
      entries.some((entry) => !isWritten(entry) || !sameConditions(entry.conditions, conditions)),
    );
    if (outdated.length === 0) return;
    for (const [key, service] of outdated) {
      const entries = compileEntries(beliefsOf(service), conditions);
      this.book.replace(service.entries, entries, new RuleMemo());
      this.services.set(key, { ...service, entries });
    }
    this.list.replaceAll([...this.services.values()]);
  }
}

/** A changed Service, by its key taken apart. */
function updateOf([key, beliefs]: readonly [string, readonly Belief[]]) {
  const slash = key.indexOf("/");
  return { key, namespace: key.slice(0, slash), name: key.slice(slash + 1), beliefs };
}

function beliefsOf({ entries }: ListedService): readonly Belief[] {
  return entries.map(({ belief }) => belief);
}

interface Written {
  readonly bytes: Uint8Array;
  readonly cleaned: boolean;
}

function sameConditions(left: SyncConditions, right: SyncConditions): boolean {
  return (
    left.settings === right.settings &&
    left.nodeLabels === right.nodeLabels &&
    left.largeCluster === right.largeCluster
  );
}

function sameLabels(
  left: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
