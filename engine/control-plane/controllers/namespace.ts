import type { ApiEvent } from "../api/cache.js";
import { ALL_RESOURCES } from "../api/resources.js";
import { actorOf, type Component, type Surroundings } from "../simulation/component.js";

const NAME = "namespace-controller";
const CONTENT = "kubernetes";

/** Empties namespaces that are being deleted and lets them go (`pkg/controller/namespace`). */
export class NamespaceController implements Component {
  readonly name = NAME;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  keysOf(event: ApiEvent): readonly string[] {
    if (event.plural === "namespaces") {
      return event.object.metadata.deletionTimestamp === undefined
        ? []
        : [event.object.metadata.name];
    }
    const { namespace } = event.object.metadata;
    const home = this.#around.api.cache.get("namespaces", "", namespace);
    const leaving = event.type === "DELETED" && home?.metadata.deletionTimestamp !== undefined;
    return leaving ? [namespace] : [];
  }

  async reconcile(name: string, because: number | undefined): Promise<void> {
    const { api } = this.#around;
    const namespace = api.cache.get("namespaces", "", name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    const actor = actorOf(NAME, because);
    let left = 0;
    for (const { plural, namespaced } of ALL_RESOURCES) {
      if (!namespaced) continue;
      for (const object of api.cache.list(plural, name)) {
        left++;
        if (object.metadata.deletionTimestamp !== undefined) continue;
        const note = `its namespace ${name} is being deleted`;
        await api.delete(plural, name, object.metadata.name, { actor, note });
        if (api.cache.get(plural, name, object.metadata.name) === undefined) left--;
      }
    }
    if (left > 0) return;
    await api.mutate(
      "namespaces",
      "",
      name,
      (current) => ({
        ...current,
        spec: {
          ...current.spec,
          finalizers: (current.spec?.finalizers ?? []).filter((one) => one !== CONTENT),
        },
      }),
      { actor, note: "it is empty" },
    );
  }
}
