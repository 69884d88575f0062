import type { U32Test } from "../../engine/iptables/extensions/u32-tests.js";
import type { U32Match } from "../../engine/iptables/extensions/u32.js";
import { isUnknown, unknown, type Unknown } from "../packet/field.js";
import { headerBytes, type Octet } from "../packet/bytes.js";
import type { Packet } from "../packet/types.js";
import { all, negatedIf, truth, type Truth } from "./truth.js";

/** `xt_u32.c: u32_mt`, as far as the octets it reads are known from the packet's fields. */
export function u32Matches({ tests }: U32Match, packet: Packet): Truth {
  if (tests === undefined) return "yes";
  const bytes = headerBytes(packet);
  return negatedIf(tests.not, all(tests.value.map((test) => testHolds(test, bytes))));
}

/** A word of which the bits in `hidden` are not known, for the reason in `why`. */
interface Word {
  readonly value: number;
  readonly hidden: number;
  readonly why: Unknown | undefined;
}

const HIDDEN = unknown("what the packet holds there is not given");

function testHolds({ start, steps, values }: U32Test, bytes: readonly Octet[]): Truth {
  let word = readWord(bytes, start);
  for (const { operator, operand } of steps) {
    if (operator !== "@") word = apply(word, (bits) => changed(bits, operator, operand));
    else if (word.hidden !== 0) return word.why ?? HIDDEN;
    else word = readWord(bytes, word.value + operand);
  }
  const { value, hidden, why } = word;
  if (hidden !== 0) return why ?? HIDDEN;
  return truth(values.some(({ min, max }) => value >= min && value <= max));
}

function apply(word: Word, change: (bits: number) => number): Word {
  return { ...word, value: change(word.value), hidden: change(word.hidden) };
}

function changed(bits: number, operator: "&" | "<<" | ">>", operand: number): number {
  if (operator === "&") return (bits & operand) >>> 0;
  if (operand > 31) return 0;
  return operator === "<<" ? (bits << operand) >>> 0 : bits >>> operand;
}

function readWord(bytes: readonly Octet[], offset: number): Word {
  let value = 0;
  let hidden = 0;
  let why: Unknown | undefined;
  for (let at = offset; at < offset + 4; at++) {
    const octet = bytes[at] ?? HIDDEN;
    const known = !isUnknown(octet);
    value = value * 256 + (known ? octet : 0);
    hidden = hidden * 256 + (known ? 0 : 255);
    if (!known) why ??= octet;
  }
  return { value, hidden, why };
}
