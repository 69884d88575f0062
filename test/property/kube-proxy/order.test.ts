import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { RawObject } from "../../../engine/arbitraries/cluster.js";
import { cluster, compileCluster } from "../../support/arbitraries/cluster.js";

/** One slice cut into one slice for each endpoint; those without endpoints stay. */
function cut(object: RawObject): readonly RawObject[] {
  const { endpoints, metadata } = object;
  if (object["kind"] !== "EndpointSlice" || !Array.isArray(endpoints)) return [object];
  if (endpoints.length < 2 || typeof metadata !== "object" || metadata === null) return [object];
  const name = "name" in metadata ? String(metadata.name) : "";
  return endpoints.map((endpoint: unknown, index) => ({
    apiVersion: object["apiVersion"],
    kind: object["kind"],
    addressType: object["addressType"],
    ports: object["ports"],
    metadata: Object.assign({}, metadata, { name: `${name}-${index}` }),
    endpoints: [endpoint],
  }));
}

describe("what is compiled does not depend on how objects come", () => {
  it("gives the same bytes in any order of objects", () => {
    const shuffled = cluster.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.shuffledSubarray([...one.objects], { minLength: one.objects.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([one, objects]) => {
        assert.equal(compileCluster({ ...one, objects }).text, compileCluster(one).text);
      }),
    );
  });

  it("gives the same bytes however endpoints are cut into slices", () => {
    fc.assert(
      fc.property(cluster, (one) => {
        const objects = one.objects.flatMap(cut);
        assert.equal(compileCluster({ ...one, objects }).text, compileCluster(one).text);
      }),
    );
  });
});
