import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { applyRestore } from "../../../engine/iptables/apply.js";
import { sameRuleset } from "../../../engine/iptables/canonical.js";
import { parseRestore } from "../../../engine/iptables/parse.js";
import type { Ruleset } from "../../../engine/iptables/types.js";
import type { RawObject } from "../../../engine/arbitraries/cluster.js";
import { createSync } from "../../../engine/kube-proxy/sync/sync.js";
import type { ObjectChange, SyncStyle } from "../../../engine/kube-proxy/sync/types.js";
import { clusterHistory, compileCluster } from "../../support/arbitraries/cluster.js";

function keyOf(object: RawObject): string {
  return JSON.stringify([object["kind"], object["metadata"]], (key, value: unknown) =>
    ["labels", "annotations"].includes(key) ? undefined : value,
  );
}

/** What turns one set of objects into another. */
function changeBetween(
  before: readonly RawObject[],
  after: readonly RawObject[],
): Required<ObjectChange> {
  const old = new Map(before.map((object) => [keyOf(object), object]));
  const now = new Map(after.map((object) => [keyOf(object), object]));
  return {
    add: after.filter((object) => !old.has(keyOf(object))),
    update: after.filter((object) => old.has(keyOf(object))),
    delete: before.filter((object) => !now.has(keyOf(object))),
  };
}

function restored(base: Ruleset | undefined, text: string, family: 4 | 6): Ruleset {
  if (text === "" && base !== undefined) return base;
  const read = parseRestore(text, { family });
  const applied = applyRestore(base, read.value, { noflush: true });
  assert.deepEqual([...read.faults, ...applied.faults], [], text);
  return applied.value;
}

for (const style of ["minimal", "kube-proxy"] as const satisfies readonly SyncStyle[]) {
  describe(`syncs in style ${style}`, () => {
    it("leave the rules that a first sync of the last state would", () => {
      fc.assert(
        fc.property(clusterHistory, ({ moments, config, flags }) => {
          const sync = createSync({ config, flags, style });
          let before: readonly RawObject[] = [];
          let kernel: Ruleset | undefined;
          for (const objects of moments) {
            const faults = sync.change(changeBetween(before, objects));
            assert.deepEqual(faults, []);
            kernel = restored(kernel, sync.sync().text, flags.family);
            const fresh = compileCluster({ objects, config, flags }).text;
            assert.ok(sameRuleset(kernel, restored(undefined, fresh, flags.family)));
            before = objects;
          }
        }),
      );
    });

    it("recover from restores that failed", () => {
      const history = fc.tuple(clusterHistory, fc.array(fc.boolean(), { minLength: 4 }));
      fc.assert(
        fc.property(history, ([{ moments, config, flags }, failures]) => {
          const sync = createSync({ config, flags, style });
          let kernel: Ruleset | undefined;
          let before: readonly RawObject[] = [];
          const last = moments.length - 1;
          for (const [index, objects] of moments.entries()) {
            sync.change(changeBetween(before, objects));
            const { text } = sync.sync();
            before = objects;
            if (failures[index] === true && index < last) sync.failed();
            else kernel = restored(kernel, text, flags.family);
          }
          const fresh = compileCluster({ objects: before, config, flags }).text;
          assert.ok(kernel && sameRuleset(kernel, restored(undefined, fresh, flags.family)));
        }),
      );
    });
  });
}

describe("a minimal sync", () => {
  it("is empty when nothing that shows in rules has changed", () => {
    fc.assert(
      fc.property(clusterHistory, ({ moments, config, flags }) => {
        const sync = createSync({ config, flags });
        const objects = moments[0] ?? [];
        sync.change({ add: objects });
        sync.sync();
        sync.change({ update: objects });
        assert.equal(sync.sync().text, "");
      }),
    );
  });

  it("writes nothing about Services that did not change", () => {
    fc.assert(
      fc.property(clusterHistory, ({ moments, config, flags }) => {
        const [objects = [], other = []] = moments;
        const sync = createSync({ config, flags });
        sync.change({ add: objects });
        sync.sync();
        const changed = other.find((object) => object["kind"] === "Service");
        if (changed === undefined) return;
        sync.change({ update: [changed] });
        const name = nameOf(changed);
        const { full, text } = sync.sync();
        assert.equal(full, false);
        for (const [, comment = ""] of text.matchAll(/--comment "?([^" ]*\/[^" ]*)/g)) {
          assert.ok(comment === name || comment.startsWith(`${name}:`), comment);
        }
      }),
    );
  });
});

function nameOf({ metadata }: RawObject): string {
  const names: unknown = metadata;
  assert.ok(typeof names === "object" && names !== null && "namespace" in names && "name" in names);
  return `${String(names.namespace)}/${String(names.name)}`;
}
