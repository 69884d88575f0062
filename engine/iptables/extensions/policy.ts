import { collected, define, option, type InstanceOf } from "./define.js";
import { oneOf, present } from "./codecs.js";
import { isEmptyElement, joinElements, policyElements, writeElements } from "./policy-elements.js";
import { saveOptions } from "./save.js";

const { reqid, ...notations } = policyElements;

const options = {
  dir: option("--dir", oneOf(["in", "out"])),
  pol: option("--pol", oneOf(["none", "ipsec"])),
  strict: option("--strict", present),
  /** Not strict: any transformation fits the one element. Strict: each its own, in order. */
  elements: collected("--reqid", reqid, joinElements, {
    also: {
      "--spi": notations.spi,
      "--proto": notations.proto,
      "--mode": notations.mode,
      "--tunnel-dst": notations.tunnelDst,
      "--tunnel-src": notations.tunnelSrc,
      "--next": notations.next,
    },
  }),
};

/** What IPsec did or will do to the packet (kernel: `net/netfilter/xt_policy.c: policy_mt`). */
export const policy = define({
  name: "policy",
  families: [4, 6],
  options,
  hooksFor: ({ dir }) =>
    dir === "in" ? ["PREROUTING", "INPUT", "FORWARD"] : ["FORWARD", "OUTPUT", "POSTROUTING"],
  check: ({ dir, pol, strict, elements = [] }) => {
    if (dir === undefined) return "--dir is required";
    if (pol === "none" && strict === true) return "--pol none excludes --strict";
    if (pol === "none" && elements.length > 1) return "--pol none excludes --next";
    if (elements.length > 1 && strict !== true) return "--next needs --strict";
    if (elements.length > 4) return "there are more than 4 elements";
    if (strict === true && (elements.length === 0 || elements.some(isEmptyElement))) {
      return "each element of --strict needs an option";
    }
    const astray = elements.some(
      ({ mode, tunnelSrc, tunnelDst }) =>
        (tunnelSrc ?? tunnelDst) !== undefined &&
        (mode === undefined || (mode.value === "tunnel") === mode.not),
    );
    return astray ? "--tunnel-src and --tunnel-dst need --mode tunnel" : undefined;
  },
  normalise: ({ elements = [], ...data }) => ({
    ...data,
    pol: data.pol ?? "ipsec",
    // With --pol none the kernel never looks at an element, and a save prints none.
    ...(data.pol === "none" || elements.every(isEmptyElement) ? {} : { elements }),
  }),
  save: (data, reading) => {
    const flags = saveOptions(options, data, reading, ["elements"]);
    return data.elements === undefined
      ? flags
      : `${flags} ${writeElements(data.elements, reading)}`;
  },
});
export type PolicyMatch = InstanceOf<typeof policy>;
