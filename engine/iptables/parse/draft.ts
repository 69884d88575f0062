import type { Opaque } from "../extensions/define.js";
import type { Prefix } from "../../net/prefix.js";
import type { Counters, Negatable } from "../types.js";
import type { Word } from "../words.js";
import type { BaseOption } from "./base-options.js";
import type { KnownExtension } from "./registry.js";

/** One `-m NAME` or `-j NAME` while its options are still being read. */
export interface ExtensionDraft {
  readonly option: "m" | "j" | "g";
  /** How many extensions the rule named before it. */
  readonly order: number;
  /** As written; empty for a match that `-p` alone brought in. */
  readonly nameWord: Word | undefined;
  readonly name: string;
  /** `undefined` for what the tables do not hold, which for a target may be a chain. */
  readonly known: KnownExtension | undefined;
  readonly values: Record<string, unknown>;
  /** All its words as they stand in the source. */
  readonly words: Word[];
  /** Why it cannot be understood, once something was found that says so. */
  trouble: string | undefined;
}

/** The addresses of one `-s` or `-d`; a host name stays opaque. */
export interface AddressesDraft {
  readonly not: boolean;
  readonly items: readonly (Prefix | Opaque)[];
}

/** `-A CHAIN`, `-I CHAIN 3`, `-E OLD NEW` and so on. */
export interface CommandDraft {
  readonly option: BaseOption;
  readonly at: Word;
  readonly chain: Word | undefined;
  readonly position: number | undefined;
  /** The policy of `-P` or the new name of `-E`. */
  readonly extra: Word | undefined;
}

/** What has been read of one line. */
export interface RuleDraft {
  command: CommandDraft | undefined;
  protocol: Negatable<number> | undefined;
  source: AddressesDraft | undefined;
  destination: AddressesDraft | undefined;
  inInterface: Negatable<string> | undefined;
  outInterface: Negatable<string> | undefined;
  fragment: Negatable<true> | undefined;
  counters: Counters | undefined;
  readonly matches: ExtensionDraft[];
  target: ExtensionDraft | undefined;
  /** Words that belong to nothing that is understood. */
  readonly strays: Opaque[];
  /** An option at the end whose value is missing. */
  readonly trailing: Opaque[];
  /** `-4` or `-6` of the family that is not being read: the real tool skips such a line. */
  otherFamily: boolean;
}

export function emptyDraft(): RuleDraft {
  return {
    command: undefined,
    protocol: undefined,
    source: undefined,
    destination: undefined,
    inInterface: undefined,
    outInterface: undefined,
    fragment: undefined,
    counters: undefined,
    matches: [],
    target: undefined,
    strays: [],
    trailing: [],
    otherFamily: false,
  };
}
