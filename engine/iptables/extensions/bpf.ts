import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_16, MAX_32, MAX_8, oneWord } from "./codecs.js";
import { name } from "./text-codecs.js";

/** One instruction of classic BPF (`struct sock_filter`). */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const MAX_INSTRUCTIONS = 64;

/** `COUNT,CODE JT JF K,...` as `nfbpf_compile` prints it. */
const bytecode: Codec<readonly BpfInstruction[]> = oneWord<readonly BpfInstruction[]>(
  (text) => {
    const [count = "", ...items] = text.replace(/,$/, "").split(",");
    if (Number(count) !== items.length || items.length === 0) {
      return refuse(`${items.length} instructions follow where ${count} were announced`);
    }
    if (items.length > MAX_INSTRUCTIONS)
      return refuse(`more than ${MAX_INSTRUCTIONS} instructions`);
    const program: BpfInstruction[] = [];
    for (const item of items) {
      const parts = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(item);
      const [code = -1, jt = -1, jf = -1, k = -1] = (parts ?? []).slice(1).map(Number);
      if (parts === null || code > MAX_16 || jt > MAX_8 || jf > MAX_8 || k > MAX_32) {
        return refuse(`"${item}" is no instruction`);
      }
      program.push({ code, jt, jf, k });
    }
    return program;
  },
  (program) =>
    `"${program.length},${program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`).join(",")}"`,
);

/** Kernel: `net/netfilter/xt_bpf.c`. */
export const bpf = define({
  name: "bpf",
  families: [4, 6],
  options: {
    bytecode: option("--bytecode", bytecode),
    /** A path in the BPF file system; what is there decides. */
    objectPinned: option("--object-pinned", name(511)),
  },
  check: (data) =>
    (data.bytecode === undefined) === (data.objectPinned === undefined)
      ? "exactly one of --bytecode and --object-pinned is required"
      : undefined,
});
export type BpfMatch = InstanceOf<typeof bpf>;
