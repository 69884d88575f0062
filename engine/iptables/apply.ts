import { fault, type Checked, type Fault } from "../errors.js";
import { TableBuilder, type Trouble } from "./build.js";
import type { RestoreCommand, RestoreInput, RestoreTable } from "./restore.js";
import type { Rule, Ruleset, Table, TableName } from "./types.js";

/** How `iptables-restore` was called. */
export interface ApplyOptions {
  /** Keep the chains and rules that the input does not name (`iptables-restore --noflush`). */
  readonly noflush: boolean;
}

/**
 * What `iptables-restore` leaves behind: each table of the input is emptied first, or with
 * `noflush` kept, where a `:CHAIN` line still empties that user chain; then its commands are
 * carried out in order. Tables the input does not name stay as they are. A table that holds a
 * command which cannot be carried out is not committed: it stays as it was, with a fault that says
 * why, as do the tables after it (`iptables-restore.c` exits there). A table that is emptied has its
 * policies set to ACCEPT, as nft does it; the legacy kernel keeps those that no chain line sets.
 *
 * `base` `undefined`: tables that are empty.
 */
export function applyRestore(
  base: Ruleset | undefined,
  input: RestoreInput,
  options: ApplyOptions,
): Checked<Ruleset> {
  const tables = new Map<TableName, Table>(base?.tables);
  const faults: Fault[] = [];
  for (const table of input.tables) {
    const kept = options.noflush ? tables.get(table.name) : undefined;
    const builder = new TableBuilder(table.name, input.family, kept, options.noflush);
    applyTable(builder, table, faults);
    if (faults.length > 0) break;
    tables.set(table.name, builder.build());
  }
  return { value: { family: input.family, tables }, faults };
}

function applyTable(builder: TableBuilder, table: RestoreTable, faults: Fault[]): void {
  for (const declaration of table.declared) {
    const trouble = builder.declare(declaration);
    if (trouble !== undefined) faults.push(toFault(trouble, table.name, declaration.line));
  }
  for (const command of table.commands) {
    const trouble = builder.apply(command);
    if (trouble !== undefined) faults.push(toFault(trouble, table.name, lineOf(command)));
  }
}

function toFault(trouble: Trouble, table: TableName, line: number | undefined): Fault {
  const message = `table ${table}: ${trouble.message}`;
  return fault(trouble.code, message, line === undefined ? {} : { line });
}

function lineOf(command: RestoreCommand): number | undefined {
  const rule: Rule | undefined = "rule" in command ? command.rule : undefined;
  return rule?.origin.kind === "source" ? rule.origin.line : undefined;
}
