import { ASKED, NOT_ASKED } from "./decisions.js";
import { DESTINATION, DESTINATION_PORT } from "./fields.js";
import type { Machine } from "./machine.js";
import {
  DECISION,
  DESTINATION_CLASS,
  DESTINATION_KEY,
  ICMP_TYPE,
  MOVED,
  TRANSLATED,
} from "./registers.js";
import type { Standing } from "./standing.js";

/** `TO_DESTINATION`. False where only the reference knows what becomes of an ICMP id. */
export function translate({ code, words }: Machine, standing: Standing): boolean {
  const { registers, pc } = standing;
  const number = code[pc + 2] ?? 0;
  const port = code[pc + 7] ?? 0;
  const before = registers[DESTINATION_PORT] ?? 0;
  // Protocols without ports keep what they have.
  if (port >= 0 && before < 0 && (registers[ICMP_TYPE] ?? 0) >= 0) return false;
  standing.note(code[pc + 1] ?? 0);
  if (number >= 0) {
    for (let word = 0; word < words; word++) {
      const part = code[pc + 3 + word] ?? 0;
      if (registers[DESTINATION + word] === part) continue;
      registers[DESTINATION + word] = part;
      registers[MOVED] = 1;
      registers[TRANSLATED] = 1;
    }
    registers[DESTINATION_CLASS] = number;
  }
  if (port >= 0 && before >= 0 && before !== port) {
    registers[DESTINATION_PORT] = port;
    registers[DESTINATION_KEY] = port;
    registers[TRANSLATED] = 1;
  }
  standing.pc = standing.afterTable;
  return true;
}

/** `MASQUERADE`, but for the port. False where only the reference knows the address. */
export function masquerade({ code, decisions, words }: Machine, standing: Standing): boolean {
  const decision = standing.registers[DECISION] ?? 0;
  if (decisions.masquerades[decision] === NOT_ASKED) decisions.learnMasquerade(decision);
  if (decisions.masquerades[decision] !== ASKED) return false;
  standing.note(code[standing.pc + 1] ?? 0);
  standing.setSource(decisions.masqueradeParts, decision * 4, words);
  return true;
}
