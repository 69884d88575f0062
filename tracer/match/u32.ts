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

function testHolds({ start, steps, values }: U32Test, bytes: readonly Octet[]): Truth {
  let offset = start;
  let value = readWord(bytes, offset);
  for (const { operator, operand } of steps) {
    if (isUnknown(value)) return value;
    switch (operator) {
      case "&":
        value = (value & operand) >>> 0;
        break;
      case "<<":
        value = operand > 31 ? 0 : (value << operand) >>> 0;
        break;
      case ">>":
        value = operand > 31 ? 0 : value >>> operand;
        break;
      case "@":
        offset = value + operand;
        value = readWord(bytes, offset);
    }
  }
  if (isUnknown(value)) return value;
  const found = value;
  return truth(values.some(({ min, max }) => found >= min && found <= max));
}

function readWord(bytes: readonly Octet[], offset: number): number | Unknown {
  let word = 0;
  for (let at = offset; at < offset + 4; at++) {
    const octet = bytes[at];
    if (octet === undefined) return unknown("what the packet holds there is not given");
    if (isUnknown(octet)) return octet;
    word = word * 256 + octet;
  }
  return word;
}
