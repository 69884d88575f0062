import type { Checked } from "../errors.js";
import type { Family } from "../net/ip.js";
import { TableBuilder, type Trouble } from "./build.js";
import type { Backend } from "./parse/banner.js";
import { FaultLog } from "./parse/fault-log.js";
import { Scanner, type ScanSink } from "./parse/scanner.js";
import { readable } from "./parse/text.js";
import type { ChainDeclaration, RestoreCommand, RestoreInput, RestoreTable } from "./restore.js";
import type { RuleLines } from "./rule-lines.js";
import type { Ruleset, Table, TableName } from "./types.js";

export type { Backend } from "./parse/banner.js";

/** The rules of one backend and family in a dump. */
export interface DumpSection {
  /** As its banner tells; `undefined` when it does not. */
  readonly backend: Backend | undefined;
  readonly family: Family;
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** Every table that the section names, with all of its built-in chains. */
  readonly ruleset: Ruleset;
}

/** A text of one or several `iptables-save` outputs, and what it holds. */
export interface Dump {
  readonly text: string;
  /** At least one. A table that comes twice begins a new section. */
  readonly sections: readonly DumpSection[];
}

/** What is known of the text before it is read. */
export interface ParseOptions {
  /** The file's name, for the positions of faults. */
  readonly file?: string;
  /** Taken for all of the text; otherwise its banners and addresses tell, section by section. */
  readonly family?: Family;
  /** The most rules and chains to read, 2,000,000 unless told; beyond it is a fault and the end. */
  readonly most?: number;
  /**
   * Makes every rule at once: for who needs them all in the end, which takes a tenth less so.
   * Otherwise a chain's rules are made when they are asked for.
   */
  readonly makesAll?: boolean;
}

/**
 * Reads the output of `iptables-save`, `ip6tables-save` or `iptables -S`, or input of
 * `iptables-restore`, whose commands are carried out in order on tables that are empty at first.
 *
 * Faults of severity `error` are what `iptables-restore` 1.8.9 would refuse; whatever was good is
 * kept, and what is not understood is kept word for word as `opaque`.
 */
export function parseDump(text: string, options: ParseOptions = {}): Checked<Dump> {
  const log = new FaultLog(options.file);
  const sink = new DumpSink(options.makesAll ?? false);
  new Scanner(readable(text, log), sink, log, options).scan();
  return { value: { text, sections: sink.sections() }, faults: log.list() };
}

/** Reads restore input as the list of its commands, carrying none of them out. */
export function parseRestore(text: string, options: ParseOptions = {}): Checked<RestoreInput> {
  const log = new FaultLog(options.file);
  const sink = new RestoreSink();
  new Scanner(readable(text, log), sink, log, options).scan();
  return { value: { family: sink.family, tables: sink.tables }, faults: log.list() };
}

/**
 * What loading the whole text leaves: of tables that come several times, the last. `backend`: only of
 * what is known to be of it, since a kernel holds the rules of both side by side.
 */
export function lastRuleset(dump: Dump, family: Family, backend?: Backend): Ruleset {
  const tables = new Map<TableName, Table>();
  for (const section of dump.sections) {
    if (section.family !== family) continue;
    if (backend !== undefined && section.backend !== backend) continue;
    for (const [name, table] of section.ruleset.tables) tables.set(name, table);
  }
  return { family, tables };
}

class DumpSink implements ScanSink {
  readonly #makesAll: boolean;
  readonly #sections: DumpSection[] = [];
  #tables = new Map<TableName, Table>();
  #table: TableBuilder | undefined;
  #family: Family = 4;

  constructor(makesAll: boolean) {
    this.#makesAll = makesAll;
  }

  section(backend: Backend | undefined, family: Family, line: number): void {
    this.#close();
    this.#family = family;
    this.#tables = new Map();
    this.#sections.push({ backend, family, line, ruleset: { family, tables: this.#tables } });
  }

  backend(backend: Backend | undefined): void {
    const last = this.#sections.pop();
    if (last !== undefined) this.#sections.push({ ...last, backend });
  }

  table(name: TableName): void {
    this.#close();
    this.#table = new TableBuilder(name, this.#family);
  }

  declare(declaration: ChainDeclaration): Trouble | undefined {
    return this.#table?.declare(declaration);
  }

  command(command: RestoreCommand): Trouble | undefined {
    return this.#table?.apply(command);
  }

  append(chain: string, lines: RuleLines, row: number): Trouble | undefined {
    if (this.#makesAll) return this.#table?.append(chain, lines.latest(row));
    return this.#table?.appendLine(chain, lines, row);
  }

  #close(): void {
    if (this.#table !== undefined) this.#tables.set(this.#table.name, this.#table.build());
    this.#table = undefined;
  }

  sections(): readonly DumpSection[] {
    this.#close();
    return this.#sections;
  }
}

class RestoreSink implements ScanSink {
  family: Family = 4;
  readonly tables: RestoreTable[] = [];
  #declared: ChainDeclaration[] = [];
  #commands: RestoreCommand[] = [];
  #sections = 0;

  section(_backend: Backend | undefined, family: Family): void {
    if (this.#sections++ === 0) this.family = family;
  }

  backend(): void {}

  table(name: TableName): void {
    this.#declared = [];
    this.#commands = [];
    this.tables.push({ name, declared: this.#declared, commands: this.#commands });
  }

  declare(declaration: ChainDeclaration): undefined {
    if (this.#commands.length === 0) this.#declared.push(declaration);
    else this.#commands.push({ verb: "declare", declaration });
  }

  command(command: RestoreCommand): undefined {
    this.#commands.push(command);
  }

  append(chain: string, lines: RuleLines, row: number): undefined {
    this.#commands.push({ verb: "append", chain, rule: lines.latest(row) });
  }
}
