import { define, negatable, option, type Codec, type InstanceOf } from "./define.js";
import { MAX_32, number, oneWord, parseNumber } from "./codecs.js";

const MAX_NODES = 32;

const wideHex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;

/** iptables takes the limit of nodes for that of their mask. */
const nodeMask: Codec<number> = oneWord((text) => parseNumber(text, 1, MAX_NODES), wideHex);

const oneNode: Codec<number> = oneWord((text) => {
  const node = parseNumber(text, 1, MAX_NODES);
  return typeof node === "number" ? 2 ** (node - 1) : node;
}, wideHex);

const seed: Codec<number> = oneWord((text) => parseNumber(text, 0, MAX_32), wideHex);

/** Of several nodes the one that a hash chooses (kernel: `net/netfilter/xt_cluster.c`). */
export const cluster = define({
  name: "cluster",
  families: [4, 6],
  options: {
    nodes: negatable("--cluster-local-nodemask", nodeMask, {
      also: { "--cluster-local-node": oneNode },
    }),
    total: option("--cluster-total-nodes", number(1, MAX_NODES)),
    seed: option("--cluster-hash-seed", seed),
  },
  check: ({ nodes, total, seed: given }) => {
    if (nodes === undefined) return "--cluster-local-node or --cluster-local-nodemask is required";
    if (total === undefined || given === undefined) {
      return "--cluster-total-nodes and --cluster-hash-seed are required";
    }
    return nodes.value >= 2 ** total ? "a node is beyond --cluster-total-nodes" : undefined;
  },
});
export type ClusterMatch = InstanceOf<typeof cluster>;
