import type { Family } from "../../net/ip.js";
import type { Hook, Negatable, TableName } from "../types.js";

/** What reading an option's value may depend on. */
export interface Reading {
  readonly family: Family;
  /** Of the rule's `-p`, once it has been read. */
  readonly protocol: number | undefined;
  /** What `! -p` leaves out; known only while a rule is being read. */
  readonly excludedProtocol?: number | undefined;
}

/** Why a value cannot be taken; `message` completes "--flag: ...". */
export interface Refusal {
  readonly refused: string;
  /** Only the host that loads the rule can tell what the value means: it is kept as it stands. */
  readonly localName?: true;
}

export function refuse(message: string): Refusal {
  return { refused: message };
}

/** Of a name that means another thing, or nothing, on another host. */
export function leaveToHost(message: string): Refusal {
  return { refused: message, localName: true };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && "refused" in value;
}

/** How a value is read from words and written as `iptables-save` writes it. */
export interface Codec<T> {
  /** How many words the option takes. */
  readonly words: 0 | 1 | 2;
  readonly read: (words: readonly string[], reading: Reading) => T | Refusal;
  /** Quoted where a save quotes it; empty for an option without words. */
  readonly write: (value: T, reading: Reading) => string;
  readonly plainKind?: PlainKind;
}

/**
 * Tells of a word, the letters from `from` to `to`, what kind of plain value it is, a number from 1
 * to 30; 0 where one must look closer. Values of one kind are alike to `read` and to every `check`:
 * under the same `Reading` either all of them are taken or none. So a reader that has seen one taken
 * need not make the next one to know that it is.
 */
export type PlainKind = (text: string, from: number, to: number, family: Family) => number;

/**
 * Joins a further use of an option to what the uses before it gave (`undefined`: none yet). Such an
 * option may be repeated and may have a `!` before it, which is told here and not by `Negatable`.
 */
export type Collect<T> = (before: T | undefined, now: T, not: boolean) => T | Refusal;

/** One line of an extension's table. */
export interface OptionSpec<T, Not extends boolean> {
  /** The spelling that a save prints. */
  readonly flag: string;
  readonly codec: Codec<T>;
  /** Whether `!` may stand before it; its value is then a `Negatable`. */
  readonly negatable: Not;
  /** Spellings that mean the same and take the same value. */
  readonly aliases: readonly string[];
  /** Spellings that reach the same value by another notation (`--or-mark`). */
  readonly also: Readonly<Record<string, Codec<T>>>;
  /** Where given, the option and its notations may be used again, each use adding to the value. */
  readonly collect: Collect<T> | undefined;
}

interface Spellings<T> {
  readonly aliases?: readonly string[];
  readonly also?: Readonly<Record<string, Codec<T>>>;
}

export function option<T>(
  flag: string,
  codec: Codec<T>,
  spellings: Spellings<T> = {},
): OptionSpec<T, false> {
  return optionSpec(flag, codec, false, spellings);
}

/** An option whose value is gathered from several uses, as of `policy`: see `Collect`. */
export function collected<T>(
  flag: string,
  codec: Codec<T>,
  collect: Collect<T>,
  spellings: Spellings<T> = {},
): OptionSpec<T, false> {
  return { ...optionSpec(flag, codec, false, spellings), collect };
}

/**
 * An option of an extension that still reads its options by itself, where that takes it several
 * times, the last being meant, and does not look at a `!` before it.
 */
export function repeatable<T>(
  flag: string,
  codec: Codec<T>,
  spellings: Spellings<T> = {},
): OptionSpec<T, false> {
  return collected(flag, codec, (_, now) => now, spellings);
}

/** As `repeatable`, once only. */
export function heedless<T>(flag: string, codec: Codec<T>): OptionSpec<T, false> {
  return collected(flag, codec, (before, now) =>
    before === undefined ? now : refuse("the option is given twice"),
  );
}

export function negatable<T>(
  flag: string,
  codec: Codec<T>,
  spellings: Spellings<T> = {},
): OptionSpec<T, true> {
  return optionSpec(flag, codec, true, spellings);
}

function optionSpec<T, Not extends boolean>(
  flag: string,
  codec: Codec<T>,
  not: Not,
  spellings: Spellings<T>,
): OptionSpec<T, Not> {
  return {
    flag,
    codec,
    negatable: not,
    aliases: spellings.aliases ?? [],
    also: spellings.also ?? {},
    collect: undefined,
  };
}

/**
 * Any option, whatever its value. The value is unknown here, and methods let every OptionSpec be
 * assigned; who calls them hands back what `read` and `collect` of the same option gave.
 */
export interface AnyOption {
  readonly flag: string;
  readonly codec: AnyCodec;
  readonly negatable: boolean;
  readonly aliases: readonly string[];
  readonly also: Readonly<Record<string, AnyCodec>>;
  readonly collect: AnyCollect["collect"] | undefined;
}

interface AnyCodec {
  readonly words: 0 | 1 | 2;
  readonly read: (words: readonly string[], reading: Reading) => unknown;
  write(value: unknown, reading: Reading): string;
  readonly plainKind?: PlainKind;
}

interface AnyCollect {
  collect(before: unknown, now: unknown, not: boolean): unknown;
}

export type OptionTable = Readonly<Record<string, AnyOption>>;

type ValueOf<O> =
  O extends OptionSpec<infer T, infer Not> ? (Not extends true ? Negatable<T> : T) : never;

/** The typed data of an extension: a key for each line of its table, absent when not given. */
export type DataOf<Options> = { readonly [Key in keyof Options]?: ValueOf<Options[Key]> };

/** One match or target: everything the parser, the printer and the checks know about it. */
export interface ExtensionSpec<Name extends string, Options extends OptionTable> {
  readonly name: Name;
  readonly families: readonly Family[];
  /** In the order in which a save prints them. */
  readonly options: Options;
  /** For `-p`-bound matches (tcp, udp, icmp): the protocol that `-p` must name. */
  readonly protocol?: number;
  /** Where the kernel refuses the match without that protocol; absent: in every family. */
  readonly boundIn?: readonly Family[];
  /** The kernel refuses it elsewhere (`checkentry`); absent: anywhere. */
  readonly tables?: readonly TableName[];
  readonly hooks?: readonly Hook[];
  /** Narrower than `hooks`, where that depends on the options; `undefined`: as `hooks` say. */
  readonly hooksFor?: (data: DataOf<Options>) => readonly Hook[] | undefined;
  /** Ends the rule's table walk, or lets it go on to the next rule. Targets only. */
  readonly terminates?: boolean;
  /** What the real restore refuses once all options are read; `undefined` when all is well. */
  readonly check?: (data: DataOf<Options>, reading: Reading) => string | undefined;
  /** Fills in the defaults the real tool fills in, so that equal meanings have equal data. */
  readonly normalise?: (data: DataOf<Options>, reading: Reading) => DataOf<Options>;
  /**
   * The words of a save after `-m NAME` or `-j NAME`, without blanks around them, where the order
   * of the table does not tell them all; `saveOptions` of `save.ts` is what holds without it.
   */
  readonly save?: (data: DataOf<Options>, reading: Reading) => string;
}

/** How many of these options were given. */
export function countGiven(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}

/** Of these options the one that was given last; keys of data stand in the order of the text. */
export function lastGiven<Key extends string>(
  data: { readonly [K in Key]?: unknown },
  keys: readonly Key[],
): Key | undefined {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(data);
  const last = entries.findLast(
    ([name, value]) => value !== undefined && keys.some((key) => key === name),
  );
  return keys.find((key) => key === last?.[0]);
}

/** Whether no option at all was given. */
export function isBare(data: object): boolean {
  return Object.entries(data).every(([key, value]) => key === "name" || value === undefined);
}

export function define<const Name extends string, const Options extends OptionTable>(
  spec: ExtensionSpec<Name, Options>,
): ExtensionSpec<Name, Options> {
  return spec;
}

/** The typed form of an extension in a rule: its name and its data. */
export type InstanceOf<Spec> =
  Spec extends ExtensionSpec<infer Name, infer Options>
    ? { readonly name: Name } & DataOf<Options>
    : never;

/** An extension that is not understood: its words, kept as they were. */
export interface Opaque {
  readonly name: "opaque";
  /** The extension's own name, or the header option that could not be read (`-d`). */
  readonly extension: string;
  /** All its words, quoted as in the source, with the leading `-m NAME` or `-j NAME`. */
  readonly words: string;
  /** Why it is not understood. */
  readonly reason: string;
}
