import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { programTrouble } from "./bpf-program.js";
import { oneWord } from "./codecs.js";
import { lowBits, scanNumber } from "./scan-number.js";
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
      const instruction = readInstruction(item);
      if (instruction === undefined) return refuse(`"${item}" is no instruction`);
      program.push(instruction);
    }
    return program;
  },
  (program) =>
    `"${program.length},${program.map(({ code, jt, jf, k }) => `${code} ${jt} ${jf} ${k}`).join(",")}"`,
);

/** As `sscanf("%hu %hhu %hhu %u")` reads it: what does not fit is cut, what follows is ignored. */
function readInstruction(text: string): BpfInstruction | undefined {
  const code = scanNumber(text, 0, 10);
  const jt = code && scanNumber(text, code.end, 10);
  const jf = jt && scanNumber(text, jt.end, 10);
  const k = jf && scanNumber(text, jf.end, 10);
  if (code === undefined || jt === undefined || jf === undefined || k === undefined)
    return undefined;
  return { code: lowBits(code, 16), jt: lowBits(jt, 8), jf: lowBits(jf, 8), k: lowBits(k, 32) };
}

/** Kernel: `net/netfilter/xt_bpf.c`. */
export const bpf = define({
  name: "bpf",
  families: [4, 6],
  options: {
    bytecode: option("--bytecode", bytecode),
    /** A path in the BPF file system; what is there decides. */
    objectPinned: option("--object-pinned", name(511)),
  },
  check: ({ bytecode: program, objectPinned }) => {
    if ((program === undefined) === (objectPinned === undefined)) {
      return "exactly one of --bytecode and --object-pinned is required";
    }
    return program === undefined ? undefined : programTrouble(program);
  },
});
export type BpfMatch = InstanceOf<typeof bpf>;
