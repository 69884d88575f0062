import type { BpfInstruction } from "./bpf.js";

const ALU = ["add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"] as const;

/** What an instruction does, as far as the kernel's check of programs asks (`linux/filter.h`). */
type Kind =
  | "load"
  | "absolute"
  | "memory"
  | "jump"
  | "branch"
  | "return"
  | "other"
  | (typeof ALU)[number];

const CLASSES = ["ld", "ldx", "st", "stx", "alu", "jmp", "ret", "misc"] as const;
const SIZE_BITS = 0x18;
const MODE_BITS = 0xe0;
const OPERATION_BITS = 0xf0;
const FROM_X = 0x08;

const MEMORY_CELLS = 16;
const WORD_BITS = 32;
/** Offsets from here on name facts about the packet (`SKF_AD_OFF`), the last of them this far on. */
const FACTS = 0xfffff000;
const FACTS_END = FACTS + 64;

/** What the kernel has against a program (`net/core/filter.c: bpf_check_classic`). */
export function programTrouble(program: readonly BpfInstruction[]): string | undefined {
  const last = program.at(-1);
  if (last === undefined || kindOf(last.code) !== "return") return "the program does not return";
  for (const [at, instruction] of program.entries()) {
    const trouble = instructionTrouble(instruction, program.length - at - 1);
    if (trouble !== undefined) return `instruction ${at + 1} ${trouble}`;
  }
  return readsUnset(program) ? "the program reads memory that it has not set" : undefined;
}

const ALL_CELLS = 0xffff;

/** Whether a cell may be read before it was written; jumps lead forward only. */
function readsUnset(program: readonly BpfInstruction[]): boolean {
  const setWhenJumpedTo = program.map(() => ALL_CELLS);
  let set = 0;
  const jumpFrom = (at: number, steps: number): void => {
    setWhenJumpedTo[at + 1 + steps] = (setWhenJumpedTo[at + 1 + steps] ?? ALL_CELLS) & set;
  };
  for (const [at, { code, jt, jf, k }] of program.entries()) {
    set &= setWhenJumpedTo[at] ?? ALL_CELLS;
    const kind = kindOf(code);
    const isStore = code === 0x02 || code === 0x03;
    if (isStore) set |= 1 << k;
    else if (kind === "memory" && (set & (1 << k)) === 0) return true;
    if (kind === "jump") jumpFrom(at, k);
    if (kind === "branch") [jt, jf].forEach((steps) => jumpFrom(at, steps));
    if (kind === "jump" || kind === "branch") set = ALL_CELLS;
  }
  return false;
}

function instructionTrouble({ code, jt, jf, k }: BpfInstruction, left: number): string | undefined {
  const isConstant = (code & FROM_X) === 0;
  switch (kindOf(code)) {
    case undefined:
      return `has the unknown code ${code}`;
    case "div":
    case "mod":
      return isConstant && k === 0 ? "divides by 0" : undefined;
    case "lsh":
    case "rsh":
      return isConstant && k >= WORD_BITS ? "shifts by more than 31 bits" : undefined;
    case "memory":
      return k >= MEMORY_CELLS ? `uses memory beyond ${MEMORY_CELLS} cells` : undefined;
    case "jump":
      return k >= left ? "jumps out of the program" : undefined;
    case "branch":
      return Math.max(jt, jf) >= left ? "jumps out of the program" : undefined;
    case "absolute":
      return k >= FACTS && (k >= FACTS_END || k % 4 !== 0) ? "reads before the packet" : undefined;
    default:
      return undefined;
  }
}

function kindOf(code: number): Kind | undefined {
  if (code > 0xff) return undefined;
  switch (CLASSES[code & 7]) {
    case "ld":
      return loadKind(code);
    case "ldx":
      if (code === 0x01 || code === 0x81 || code === 0xb1) return "load";
      return code === 0x61 ? "memory" : undefined;
    case "st":
      return code === 0x02 ? "memory" : undefined;
    case "stx":
      return code === 0x03 ? "memory" : undefined;
    case "alu":
      return code === 0x8c ? undefined : ALU[(code & OPERATION_BITS) >> 4];
    case "jmp":
      return jumpKind(code);
    case "ret":
      return code === 0x06 || code === 0x16 ? "return" : undefined;
    default:
      return code === 0x07 || code === 0x87 ? "other" : undefined;
  }
}

function loadKind(code: number): Kind | undefined {
  const size = code & SIZE_BITS;
  switch (code & MODE_BITS) {
    case 0x20:
      return size === SIZE_BITS ? undefined : "absolute";
    case 0x40:
      return size === SIZE_BITS ? undefined : "load";
    case 0x00:
    case 0x80:
      return size === 0 ? "load" : undefined;
    case 0x60:
      return size === 0 ? "memory" : undefined;
    default:
      return undefined;
  }
}

function jumpKind(code: number): Kind | undefined {
  if (code === 0x05) return "jump";
  const operation = (code & OPERATION_BITS) >> 4;
  return operation >= 1 && operation <= 4 ? "branch" : undefined;
}
