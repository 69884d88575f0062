import type { Word } from "../words.js";
import type { BaseOption, Takes } from "./base-options.js";
import { parseCNumber } from "../../net/numeric.js";
import type { RuleReader } from "./rule-reader.js";

const COMMANDS = ["A", "C", "D", "I", "R", "N", "X", "F", "Z", "P", "E", "L", "S"] as const;
export type CommandOption = (typeof COMMANDS)[number];

export function isCommandOption(option: BaseOption): option is CommandOption {
  return COMMANDS.some((command) => command === option);
}

/** Commands that are about a rule and so may have matches and a target. */
export function takesRule(option: BaseOption): boolean {
  return option === "A" || option === "C" || option === "D" || option === "I" || option === "R";
}

const MAX_RULE_NUMBER = 0x7fffffff;

/** `-A CHAIN`, `-I CHAIN [N]`, `-R CHAIN N`, `-D CHAIN [N]`, `-E OLD NEW`, `-P CHAIN POLICY`, ... */
export function readCommand(
  reader: RuleReader,
  option: CommandOption,
  takes: Takes,
  word: Word,
  attached: Word | undefined,
): void {
  if (reader.not !== undefined) reader.cannotNegate(word);
  const chain = attached ?? (takes === "word" ? reader.next() : reader.nextPlain());
  if (chain === undefined && takes === "word") return reader.missingValue(word, 1);
  if (reader.draft.command !== undefined) {
    reader.errorAt("several-commands", "a line holds one command only", word);
    return reader.keepStray(chain === undefined ? [word] : [word, chain], "a second command");
  }
  const position = readPosition(reader, option, word);
  const extra = option === "P" || option === "E" ? reader.nextPlain() : undefined;
  if ((option === "P" || option === "E") && extra === undefined) reader.missingValue(word, 2);
  reader.draft.command = { option, at: word, chain, position, extra };
}

function readPosition(reader: RuleReader, option: CommandOption, word: Word): number | undefined {
  if (option !== "I" && option !== "R" && option !== "D" && option !== "Z") return undefined;
  const given = reader.nextPlain();
  if (given === undefined) {
    if (option === "R") reader.missingValue(word, 2);
    return option === "I" ? 1 : undefined;
  }
  const position = parseCNumber(given.text);
  if (position !== undefined && position >= 1 && position <= MAX_RULE_NUMBER) return position;
  reader.errorAt("bad-value", `"${given.text}" is no rule number: the first rule has 1`, given);
  return option === "I" ? 1 : undefined;
}
