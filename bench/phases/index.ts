import { prepareCompile, prepareFullSync } from "../compile.js";
import { prepareParse } from "../parse.js";
import { oneEndpointBytes, prepareOneEndpoint } from "../sync.js";
import { shiftOf } from "../inputs/cluster.js";
import { count } from "../report/words.js";
import type { Phase, PhaseName } from "../types.js";
import { BATCH } from "./batch.js";
import { KERNEL } from "./kernel.js";
import { LINEAR } from "./linear.js";
import { LINK } from "./link.js";
import { MATRIX } from "./matrix.js";
import { ODDS } from "./odds.js";
import { PRINT } from "./print.js";
import { READ } from "./read.js";
import { MAIN_SIZES, RULE_SIZES, SYNC_SIZES } from "./sizes.js";
import { WALK } from "./walk.js";

const COMPILE: Phase = {
  name: "compile",
  what: "parsed objects to the restore input of a first sync",
  sizes: [...SYNC_SIZES, ...MAIN_SIZES.slice(-1)],
  prepare: ({ services, endpoints }, seed) => prepareCompile(services, endpoints, shiftOf(seed)),
};

const PARSE: Phase = {
  name: "parse",
  what: "the file of an `iptables-save` to typed rules",
  sizes: RULE_SIZES,
  prepare({ services, endpoints }, seed) {
    const prepared = prepareParse(services, endpoints, shiftOf(seed));
    return { ...prepared, notes: [`${count(prepared.count)} rules`, ...(prepared.notes ?? [])] };
  },
};

const SYNC: Phase = {
  name: "sync",
  what: "one endpoint comes or goes, and the restore input for it",
  sizes: SYNC_SIZES,
  prepare({ services, endpoints }, seed) {
    const shift = shiftOf(seed);
    const prepared = prepareOneEndpoint(services, endpoints, shift);
    const full = prepareFullSync(services, endpoints, shift);
    const { minimal, partial } = oneEndpointBytes(services, endpoints, shift);
    const again = { name: "a full sync again", work: full.work, count: 1 };
    return {
      ...prepared,
      baselines: [...prepared.baselines, again],
      notes: [`${count(minimal)} bytes to restore; kube-proxy's partial sync: ${count(partial)}`],
    };
  },
};

/** All phases by name. */
export const PHASES: Readonly<Record<PhaseName, Phase>> = {
  read: READ,
  compile: COMPILE,
  print: PRINT,
  parse: PARSE,
  link: LINK,
  walk: WALK,
  odds: ODDS,
  batch: BATCH,
  linear: LINEAR,
  sync: SYNC,
  matrix: MATRIX,
  kernel: KERNEL,
};
