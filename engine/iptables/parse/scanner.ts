import type { Family } from "../../net/ip.js";
import type { ChainDeclaration, RestoreCommand } from "../restore.js";
import { RuleLines } from "../rule-lines.js";
import { TABLE_NAMES, type TableName } from "../types.js";
import type { Trouble } from "../build.js";
import { FamilyGuesser, readBanner, type Backend, type Banner } from "./banner.js";
import { parseCommandLine } from "./command-line.js";
import { plainDeclarationEnd, readDeclaration } from "./declaration.js";
import type { FaultLog, SourceLine } from "./fault-log.js";
import { guessTable, type TableGuess } from "./guess-table.js";
import { SaveText } from "./save-text.js";
import { LINE_BUFFER, opaqueLine, UNREAD_LENGTH } from "./long-line.js";

/** Takes what a scanner finds, in the order of the text. */
export interface ScanSink {
  /** Everything from here on is of one backend and family and names each table once. */
  section(backend: Backend | undefined, family: Family, line: number): void;
  /** The banner of the running section came late. */
  backend(backend: Backend | undefined): void;
  table(name: TableName): void;
  declare(declaration: ChainDeclaration): Trouble | undefined;
  command(command: RestoreCommand): Trouble | undefined;
  /** `-A CHAIN RULE`, by far the commonest command, of a rule that need not be made yet. */
  append(chain: string, lines: RuleLines, row: number): Trouble | undefined;
}

export interface ScanOptions {
  /** Taken for the whole text; otherwise banners and addresses tell. */
  readonly family?: Family | undefined;
  /** `false`: every line by the general reader, with which the quick one must agree. */
  readonly quick?: boolean;
  /** How many rules and chains are read at most. */
  readonly most?: number;
}

/** Where the scanner stands: in no table, in one of the text, in a guessed one, or in a strange one. */
type Place = "outside" | "table" | "guessed" | "unknown";

/** The start of a line that cannot go on with the one before it. */
const NEW_LINE = /^(?:[*:#[\r\n]|-[A-Z] |COMMIT|$)/;

/** Of lines that begin with `[` those that may be a rule with its counters, right or not. */
const HOLDS_COMMAND = /^\[[^\]]*\]\s*(?:!\s*)?-|^\[[^\]]*\s-[A-Z]\s/;

/** The commands of iptables, long and short, a chain's name right behind it or not. */
const COMMAND =
  /(?:^|[\s\]])(?:-[ACDIREXFNPZLS](?=[\sA-Z]|$)|--(?:append|check|delete|insert|replace|rename|flush|new|policy|zero|list))/;

/** `# iptables-save`, `root@host:~# `, `[root@host ~]# iptables-save`. */
const PROMPT = /^(?:\S*[@:~\]]\S*\s?)?[#$%>] \S|^\S+@\S+[:~]|^\[[^\]]*@[^\]]*\][#$%>]/;

const MAX_GUESSES = 50;

/** Unless told otherwise; five times the rules and chains of a very large cluster. */
const MOST_RULES = 2_000_000;

/** Reads restore input line by line, as `iptables-restore.c` and `xtables-restore.c` do. */
export class Scanner {
  readonly #text: string;
  readonly #source: SaveText;
  readonly #sink: ScanSink;
  readonly #log: FaultLog;
  readonly #fixedFamily: Family | undefined;
  readonly #isQuick: boolean;
  readonly #most: number;
  #family: Family = 4;
  /** Of the running section; one of each family serves all of them. */
  #saveLines: RuleLines | undefined;
  readonly #saveLinesOf = new Map<Family, RuleLines>();
  readonly #families: FamilyGuesser;
  #place: Place = "outside";
  #banner: Banner | undefined;
  /** The banner of the running section; `undefined` before the first section. */
  #section: { banner: Banner | undefined; readonly tables: Set<TableName> } | undefined;
  #at = 0;
  #number = 0;
  #sawCarriageReturn = false;
  #guesses = 0;
  /** How many rules and chains have been handed on. */
  #held = 0;
  #guess: TableGuess | undefined;

  constructor(text: string, sink: ScanSink, log: FaultLog, options: ScanOptions) {
    this.#text = text;
    this.#source = new SaveText(text);
    this.#sink = sink;
    this.#log = log;
    this.#fixedFamily = options.family;
    this.#isQuick = options.quick ?? true;
    this.#most = options.most ?? MOST_RULES;
    this.#families = new FamilyGuesser(text);
  }

  scan(): void {
    while (this.#at < this.#text.length) {
      if (this.#held >= this.#most) return this.#stop();
      const start = this.#at;
      const end = this.#passLine();
      if (this.#plainLine(start, end)) continue;
      this.#line({ number: this.#number, text: this.#text.slice(start, end) });
    }
    if (this.#section === undefined) this.#startSection();
    if (this.#place === "table") {
      this.#log.error(
        "missing-commit",
        "the last table has no COMMIT: it would not be loaded",
        this.#lastLine(),
      );
    }
  }

  #stop(): void {
    const message = `rules and chains are more than ${this.#most}: from here on nothing is read`;
    const line = this.#nextLine();
    this.#log.error("too-many-rules", message, line, 0, line.text.length);
  }

  /** Goes on to the next line; where the one at `#at` ends. */
  #passLine(): number {
    const start = this.#at;
    const feed = this.#text.indexOf("\n", start);
    const end = feed < 0 ? this.#text.length : feed;
    this.#at = end + 1;
    this.#number++;
    if (end === start || this.#text.charCodeAt(end - 1) !== 13) return end;
    this.#carriageReturn();
    return end - 1;
  }

  #nextLine(): SourceLine {
    const start = this.#at;
    const end = this.#passLine();
    return { number: this.#number, text: this.#text.slice(start, end) };
  }

  #lastLine(): SourceLine {
    const end = Math.min(this.#at - 1, this.#text.length);
    const start = this.#text.lastIndexOf("\n", end - 1) + 1;
    return { number: this.#number, text: this.#text.slice(start, end).replace(/\r$/, "") };
  }

  /** Reads what a save holds by the hundred thousand; `false` where the line is anything else. */
  #plainLine(start: number, end: number): boolean {
    if (!this.#isQuick || (this.#place !== "table" && this.#place !== "guessed")) return false;
    const code = this.#text.charCodeAt(start);
    if (code === 58) return this.#plainDeclaration(start, end);
    if (code !== 45 && code !== 91) return false;
    const lines = this.#saveLines;
    if (lines === undefined || !lines.reader.takes(start, end)) return false;
    this.#held++;
    const { chain, chainAt } = lines.reader.line;
    const trouble = this.#sink.append(chain, lines, lines.add(start, this.#number));
    if (trouble === undefined) return true;
    const line = { number: this.#number, text: this.#text.slice(start, end) };
    this.#reportCommand(trouble, line, chainAt - start, chainAt - start + chain.length);
    return true;
  }

  #plainDeclaration(start: number, end: number): boolean {
    const nameEnd = plainDeclarationEnd(this.#text, start, end);
    if (nameEnd < 0) return false;
    this.#held++;
    const chain = this.#text.slice(start + 1, nameEnd);
    const line = this.#number;
    const trouble = this.#sink.declare({ chain, policy: undefined, counters: undefined, line });
    if (trouble === undefined) return true;
    const text = this.#text.slice(start, end);
    this.#report(trouble, { number: line, text }, 1, 1 + chain.length);
    return true;
  }

  /** Whether the line is wrapped: the next one is not a line of its own. */
  #goesOn(line: SourceLine): boolean {
    if (!line.text.endsWith("\\") || this.#at >= this.#text.length) return false;
    return !NEW_LINE.test(this.#text.slice(this.#at, this.#at + 8));
  }

  #carriageReturn(): void {
    if (this.#sawCarriageReturn) return;
    this.#sawCarriageReturn = true;
    this.#log.error(
      "carriage-return",
      "lines end in CR LF: iptables-restore takes the CR for a part of the last word",
      { number: this.#number, text: "" },
    );
  }

  #line(line: SourceLine): void {
    const { text } = line;
    switch (text.charCodeAt(0)) {
      case 45: // -
        return this.#command(line);
      case 91: // [
        return HOLDS_COMMAND.test(text) ? this.#command(line) : this.#noiseLine(line);
      case 58: // :
        return this.#declaration(line);
      case 35: // #
        return this.#comment(text);
      case 42: // *
        return this.#tableLine(line);
    }
    if (text === "") return;
    if (/^\s*COMMIT\s*$/.test(text)) return this.#commit(line);
    if (/^\s*$/.test(text)) {
      if (this.#place === "table") {
        this.#log.error("blank-line", "a line of blanks is refused: it must be empty", line);
      }
      return;
    }
    if (/^\s+(?:-|! )/.test(text)) return this.#command(line);
    if (/^\s+[*:#[]/.test(text)) return this.#indented(line);
    this.#noiseLine(line);
  }

  /** A `*`, `:`, `#` or `[` that iptables would take, did it stand at the start of the line. */
  #indented(line: SourceLine): void {
    this.#log.error("indented", "the line is indented: iptables-restore refuses it", line);
    this.#line({ number: line.number, text: line.text.trimStart() });
  }

  #noiseLine(line: SourceLine): void {
    const isPrompt = PROMPT.test(line.text);
    const what = isPrompt ? "a shell prompt" : "no rule, table or comment";
    this.#log.error("not-a-rule", `this line is ${what}: it is left out`, line);
  }

  #comment(text: string): void {
    this.#banner = readBanner(text) ?? this.#banner;
  }

  #tableLine(line: SourceLine): void {
    const name = /^\*\s*(\S*)/.exec(line.text)?.[1] ?? "";
    if (this.#place === "table") {
      const message = `COMMIT is missing before this line: *${name} is refused inside a table`;
      this.#log.error("missing-commit", message, line, 0, line.text.length);
    }
    const table = TABLE_NAMES.find((known) => known === name);
    if (table === undefined) {
      const message = `there is no table "${name}": its lines up to COMMIT are left out`;
      this.#log.error("unknown-table", message, line, 1, line.text.length);
      this.#place = "unknown";
      return;
    }
    this.#openTable(table, "table", line);
  }

  #openTable(table: TableName, place: Place, line: SourceLine): void {
    const repeated = this.#section?.tables.has(table) ?? false;
    const foreign = this.#section !== undefined && !this.#continues(this.#section.banner);
    if (repeated && !foreign && place === "table") {
      this.#log.warn(
        "table-repeated",
        `the table ${table} comes again: loading the file keeps the later one`,
        line,
        0,
        line.text.length,
      );
    }
    if (this.#section === undefined || repeated || foreign) this.#startSection();
    else if (this.#section.banner === undefined) this.#adoptBanner();
    this.#section?.tables.add(table);
    this.#place = place;
    this.#sink.table(table);
  }

  /** Whether what comes next is of the running section's backend and family. */
  #continues(running: Banner | undefined): boolean {
    const next = this.#banner;
    if (next === undefined) return true;
    if (running === undefined) return (next.family ?? this.#family) === this.#family;
    return running.backend === next.backend && running.family === next.family;
  }

  #adoptBanner(): void {
    if (this.#section === undefined || this.#banner === undefined) return;
    this.#section.banner = this.#banner;
    this.#sink.backend(this.#banner.backend);
  }

  #startSection(): void {
    const banner = this.#banner;
    this.#family =
      this.#fixedFamily ?? banner?.family ?? this.#families.guess(Math.max(0, this.#at - 1));
    this.#section = { banner, tables: new Set() };
    this.#saveLines =
      this.#saveLinesOf.get(this.#family) ?? new RuleLines(this.#source, this.#family);
    this.#saveLinesOf.set(this.#family, this.#saveLines);
    this.#sink.section(banner?.backend, this.#family, this.#number);
  }

  /** Makes sure that a line which needs a table has one. */
  #enterTable(line: SourceLine): boolean {
    if (this.#place === "table" || this.#place === "guessed") return true;
    if (this.#place === "unknown") return false;
    const { table, because } = this.#guessTable(Math.max(0, this.#at - line.text.length - 1));
    const message = `no line *TABLE stands before this one: taken for ${table} because ${because}`;
    this.#log.error("no-table", message, line);
    this.#openTable(table, "guessed", line);
    return true;
  }

  /** After many guesses the last one stands: each looks far ahead in the text. */
  #guessTable(from: number): TableGuess {
    if (this.#guesses++ < MAX_GUESSES || this.#guess === undefined) {
      const star = this.#text.indexOf("\n*", from);
      this.#guess = guessTable(this.#text, from, star < 0 ? this.#text.length : star);
    }
    return this.#guess;
  }

  #commit(line: SourceLine): void {
    if (line.text !== "COMMIT") {
      this.#log.error("commit-spelling", "COMMIT must stand alone, without blanks", line);
    }
    if (this.#place === "outside") {
      this.#log.error("stray-commit", "COMMIT without a table before it", line);
    }
    this.#place = "outside";
  }

  #declaration(line: SourceLine): void {
    if (!this.#enterTable(line)) return;
    const declaration = readDeclaration(line, this.#log);
    if (declaration === undefined) return;
    this.#held++;
    this.#report(this.#sink.declare(declaration), line, 1, 1 + declaration.chain.length);
  }

  #command(line: SourceLine): void {
    // `-bash: iptables: command not found` and the like, between dumps.
    const isBetween = this.#place === "outside" || this.#place === "guessed";
    if (isBetween && !COMMAND.test(line.text)) return this.#noiseLine(line);
    if (!this.#enterTable(line)) return;
    if (this.#goesOn(line)) return this.#continued(line);
    this.#runCommand(line, line.text);
  }

  /** People wrap long rules with a backslash, which iptables-restore does not know. */
  #continued(first: SourceLine): void {
    const start = this.#at - 1 - first.text.length;
    let line = first;
    while (this.#goesOn(line)) line = this.#nextLine();
    const text = this.#text.slice(start, Math.min(this.#at - 1, this.#text.length));
    this.#log.error(
      "line-continued",
      'iptables-restore does not join lines: it takes the "\\" for a word',
      first,
      first.text.length - 1,
      first.text.length,
    );
    const joined = text.replace(/\\\r?\n/g, (wrap) => " ".repeat(wrap.length)).replace(/\r$/, "");
    this.#runCommand({ number: first.number, text }, joined);
  }

  #runCommand(line: SourceLine, words: string): void {
    if (words.length > LINE_BUFFER) {
      this.#log.error(
        "line-too-long",
        `iptables-restore reads lines of ${LINE_BUFFER} characters at most`,
        line,
      );
    }
    const { commands, chain } =
      words.length > UNREAD_LENGTH
        ? opaqueLine(line)
        : parseCommandLine(line, words, this.#family, this.#log);
    this.#held += commands.length;
    for (const command of commands) {
      const trouble = this.#sink.command(command);
      if (trouble !== undefined) this.#reportCommand(trouble, line, chain?.start, chain?.end);
    }
  }

  #reportCommand(trouble: Trouble, line: SourceLine, start?: number, end?: number): void {
    // Rules without any chain lines around them: the missing table has been told already.
    if (this.#place === "guessed" && trouble.code === "no-such-chain") return;
    this.#report(trouble, line, start, end);
  }

  #report(trouble: Trouble | undefined, line: SourceLine, start = 0, end = line.text.length): void {
    if (trouble === undefined) return;
    this.#log.error(trouble.code, trouble.message, line, start, end);
  }
}
