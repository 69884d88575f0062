import { checkObjects, readObjects } from "../../engine/kubernetes/read.js";
import { parsedCluster } from "../generated-cluster.js";
import { shiftOf } from "../inputs/cluster.js";
import type { Phase } from "../types.js";
import { GROWING_SIZES } from "./sizes.js";

/** `kubectl get -o json` of a whole cluster, to checked objects. */
export const READ: Phase = {
  name: "read",
  what: "the text of `kubectl get services,endpointslices -o json` to checked objects",
  sizes: GROWING_SIZES,
  prepare({ services, endpoints }, seed) {
    const items = parsedCluster(services, endpoints, shiftOf(seed));
    const text = JSON.stringify({ apiVersion: "v1", kind: "List", items }, undefined, 4);
    const read = () => readObjects([{ file: "objects.json", text }]);
    const { value, faults } = read();
    const checked = checkObjects(items).value;
    if (faults.length > 0 || value.services.length !== services) {
      throw new Error(`${value.services.length} of ${services} Services are read`);
    }
    if (JSON.stringify(value) !== JSON.stringify(checked)) {
      throw new Error("the text gives other objects than what it was printed from");
    }
    return {
      work: () => read().value.services.length,
      count: services,
      unit: "Services",
      baselines: [
        { name: "a bare JSON.parse", work: () => JSON.parse(text) as unknown, count: services },
        { name: "a bare line split", work: () => text.split("\n").length, count: services },
      ],
    };
  },
};
