import { applyRestore } from "../../iptables/apply.js";
import { parseRestore } from "../../iptables/parse.js";
import type { Ruleset } from "../../iptables/types.js";
import type { Family } from "../../net/ip.js";
import type { ProxySetup } from "../../kube-proxy/from-flags.js";
import { createSync } from "../../kube-proxy/sync/sync.js";
import type { Sync } from "../../kube-proxy/sync/types.js";
import type { AnyObject } from "../objects.js";
import type { NetworkView } from "./network-view.js";

/**
 * The rules in one kernel, kept by incremental syncs: each view that comes after another costs only
 * what has changed between the two.
 */
export class Kernel {
  readonly #sync: Sync;
  readonly #family: Family;
  #view: NetworkView;
  #ruleset: Ruleset;

  /** `first` is what a full sync of `view` has left in the kernel. */
  constructor(setup: ProxySetup, view: NetworkView, first: Ruleset) {
    this.#family = setup.flags.family;
    this.#sync = createSync({ ...setup, style: "minimal" });
    this.#sync.change({ add: objectsOf(view) });
    this.#sync.sync();
    this.#view = view;
    this.#ruleset = first;
  }

  /** Whether a view is not older than what is in the kernel. */
  canReach(view: NetworkView): boolean {
    return view.revision >= this.#view.revision;
  }

  /** Syncs to a later view. */
  advance(view: NetworkView): Ruleset {
    const [before, after] = [byName(this.#view), byName(view)];
    const update = objectsOf(view).filter((object) => before.get(nameOf(object)) !== object);
    const gone = objectsOf(this.#view).filter((object) => !after.has(nameOf(object)));
    this.#sync.change({ update, delete: gone });
    this.#view = view;
    const { text } = this.#sync.sync();
    if (text === "") return this.#ruleset;
    const input = parseRestore(text, { family: this.#family }).value;
    this.#ruleset = applyRestore(this.#ruleset, input, { noflush: true }).value;
    return this.#ruleset;
  }
}

function objectsOf(view: NetworkView): readonly AnyObject[] {
  return [...view.services, ...view.slices, ...view.nodes];
}

function byName(view: NetworkView): ReadonlyMap<string, AnyObject> {
  return new Map(objectsOf(view).map((object) => [nameOf(object), object]));
}

function nameOf({ kind, metadata }: AnyObject): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}
