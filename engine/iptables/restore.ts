import type { Family } from "../net/ip.js";
import type { Counters, Policy, Rule, TableName } from "./types.js";

/** A `:CHAIN POLICY [p:b]` line; with `--noflush` it empties a user chain or makes it. */
export interface ChainDeclaration {
  readonly chain: string;
  /** `undefined` for a user chain (`-`). */
  readonly policy: Policy | undefined;
  readonly counters: Counters | undefined;
  readonly line: number | undefined;
}

/** One command of restore input, in the words of `iptables(8)`; positions count from 1. */
export type RestoreCommand =
  | { readonly verb: "append"; readonly chain: string; readonly rule: Rule }
  | {
      readonly verb: "insert" | "replace";
      readonly chain: string;
      readonly position: number;
      readonly rule: Rule;
    }
  /** `check` fails when there is no such rule, and changes nothing. */
  | { readonly verb: "delete" | "check"; readonly chain: string; readonly rule: Rule }
  | {
      readonly verb: "delete-at" | "zero-at";
      readonly chain: string;
      readonly position: number;
    }
  /** A `:CHAIN` line that comes after commands. */
  | { readonly verb: "declare"; readonly declaration: ChainDeclaration }
  | { readonly verb: "new-chain"; readonly chain: string }
  | { readonly verb: "rename-chain"; readonly chain: string; readonly to: string }
  /** `chain` absent: every chain of the table. */
  | {
      readonly verb: "flush" | "zero" | "delete-chain";
      readonly chain: string | undefined;
    }
  | { readonly verb: "policy"; readonly chain: string; readonly policy: Policy };

/** What the input does in one table: its `:CHAIN` lines, then its commands, each in their order. */
export interface RestoreTable {
  readonly name: TableName;
  /** Before all commands, as a save has them. */
  readonly declared: readonly ChainDeclaration[];
  readonly commands: readonly RestoreCommand[];
}

/** What is handed to `iptables-restore`, table by table in its own order. */
export interface RestoreInput {
  readonly family: Family;
  readonly tables: readonly RestoreTable[];
}
