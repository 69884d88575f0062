import { parseDump } from "../../engine/iptables/parse.js";
import { printRuleset } from "../../engine/iptables/print.js";
import type { Chain, Ruleset, Table, TableName } from "../../engine/iptables/types.js";
import type { Family } from "../../engine/net/ip.js";
import type { HostState } from "../host/types.js";
import { linkRules, type Backend, type LinkedRules } from "../walk/link.js";
import { makeWorld, type Statement, type World } from "../walk/world.js";

/**
 * A world as a message to another thread. Rules go as the text that `iptables-save` would print, in
 * memory that all threads read: for a large ruleset, writing and parsing that text takes a third of
 * the time of cloning its objects. They must be rules that a text can hold, as all are that were
 * parsed or compiled.
 */
export interface PackedWorld {
  readonly family: Family;

  readonly rules: readonly {
    readonly text: SharedArrayBuffer;
    readonly backend: Backend | undefined;
  }[];
  readonly host: HostState;
  readonly statements: readonly Statement[];
  readonly countersAnywhere: boolean | undefined;
}

export function packWorld({
  family,
  rules,
  host,
  statements,
  countersAnywhere,
}: World): PackedWorld {
  const packed = rules.map((linked) => ({
    text: shared(printRuleset(rulesetOf(linked), "save")),
    backend: linked.backend,
  }));
  return { family, rules: packed, host, statements, countersAnywhere };
}

/** The same world again: every walk in it comes to the same end by the same rules. */
export function unpackWorld(packed: PackedWorld): World {
  const { family, host, statements, countersAnywhere } = packed;
  const rules = packed.rules.map(({ text, backend }) => {
    const { sections } = parseDump(textOf(text), { family }).value;
    return linkRules(sections[0]?.ruleset ?? { family, tables: new Map() }, backend);
  });
  const known = countersAnywhere === undefined ? {} : { countersAnywhere };
  return makeWorld({ rules, host, statements, ...known });
}

function rulesetOf({ family, tables }: LinkedRules): Ruleset {
  const plain = new Map<TableName, Table>();
  for (const { name, chains } of tables.values()) {
    const own = new Map<string, Chain>();
    for (const { name: chain, policy, rules } of chains.values()) {
      const bare = rules.map(({ rule }) => rule);
      own.set(chain, { name: chain, policy, counters: undefined, rules: bare, line: undefined });
    }
    plain.set(name, { name, chains: own });
  }
  return { family, tables: plain };
}

function shared(text: string): SharedArrayBuffer {
  const bytes = new TextEncoder().encode(text);
  const memory = new SharedArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}

/** Copied first: a decoder takes no shared memory. */
function textOf(memory: SharedArrayBuffer): string {
  return new TextDecoder().decode(new Uint8Array(memory).slice());
}
