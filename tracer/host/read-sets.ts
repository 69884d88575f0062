import { fault, type Checked, type Fault } from "../../engine/errors.js";
import type { Family } from "../../engine/net/ip.js";
import { maskOfSet, readSetElement, type SetShape } from "./read-set-entry.js";
import type { IpSet, SetDimension, SetEntry } from "./types.js";
import { lineAt } from "./lines.js";

/** A set while its entries are read. */
interface Draft {
  readonly set: IpSet;
  readonly shape: SetShape;
  /** The set's own list. */
  readonly entries: SetEntry[];
}

/** Reads the output of `ipset save`: the sets by name. */
export function readSets(text: string, file?: string): Checked<ReadonlyMap<string, IpSet>> {
  const drafts = new Map<string, Draft>();
  const faults: Fault[] = [];
  text.split("\n").forEach((line, index) => {
    const at = lineAt(file, index + 1);
    const problem = readLine(wordsOf(line), drafts);
    if (problem !== undefined) faults.push(fault("bad-set", problem, at, line));
  });
  const value = new Map([...drafts].map(([name, { set }]): [string, IpSet] => [name, set]));
  return { value, faults };
}

/** Words by blanks; a double-quoted comment is one word. */
function wordsOf(line: string): readonly string[] {
  return line.match(/"[^"]*"|\S+/g) ?? [];
}

function readLine(words: readonly string[], drafts: Map<string, Draft>): string | undefined {
  const [verb, name, subject, ...options] = words;
  if (verb === undefined || verb === "COMMIT" || verb.startsWith("#")) return undefined;
  if (name === undefined || subject === undefined) return "not a line of `ipset save`";
  if (verb === "create" || verb === "-N") return create(name, subject, options, drafts);
  if (verb === "add" || verb === "-A") return add(name, subject, options, drafts);
  return `\`ipset save\` prints no "${verb}"`;
}

const DIMENSIONS: readonly SetDimension[] = ["ip", "net", "port", "mac", "iface", "mark", "set"];

function create(
  name: string,
  type: string,
  options: readonly string[],
  drafts: Map<string, Draft>,
): string | undefined {
  const [method, columns] = type.split(":");
  const dimensions = (columns ?? "").split(",").flatMap((column) => {
    return DIMENSIONS.filter((known) => known === column);
  });
  if (!["hash", "bitmap", "list"].includes(method ?? "") || dimensions.length === 0) {
    return `unknown set type ${type}`;
  }
  const family: Family = optionOf(options, "family") === "inet6" ? 6 : 4;
  const mask = maskOfSet(family, optionOf(options, "netmask"), optionOf(options, "bitmask"));
  if (mask === undefined) return `set ${name}: the netmask cannot be read`;
  const shape = { type, dimensions, family, mask };
  const markMask = Number(optionOf(options, "markmask") ?? 0xffffffff);
  const entries: SetEntry[] = [];
  const timeout = Number(optionOf(options, "timeout") ?? 0);
  const lasting = timeout > 0 ? { timeout } : {};
  const set = { name, type, dimensions, family, markMask, entries, ...lasting };
  drafts.set(name, { set, shape, entries });
  return undefined;
}

function optionOf(options: readonly string[], name: string): string | undefined {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options[at + 1];
}

function add(
  name: string,
  element: string,
  options: readonly string[],
  drafts: Map<string, Draft>,
): string | undefined {
  const set = drafts.get(name);
  if (set === undefined) return `no set ${name} was created before`;
  const parts = readSetElement(element, set.shape);
  if (typeof parts === "string") return parts;
  const timeout = optionOf(options, "timeout");
  set.entries.push({
    parts,
    nomatch: options.includes("nomatch"),
    // 0 in a save means: for ever, in a set whose other entries run out.
    timeout: timeout === undefined || timeout === "0" ? undefined : Number(timeout),
    extra: extraOf(options),
  });
  return undefined;
}

/** What `SET --map-set` carries over. */
function extraOf(options: readonly string[]): Readonly<Record<string, string>> {
  const names = ["skbmark", "skbprio", "skbqueue"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = optionOf(options, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
