import { run } from "../../tracer/cli/run.js";
import type { Io } from "../../tracer/cli/io.js";

/** One command line of a transcript and what it printed, errors included. */
export interface Exchange {
  readonly command: string;
  readonly output: string;
}

const PROMPT = "$ chainwalk ";

/** The commands of a text in which each `$ chainwalk ...` line is followed by its output. */
export function parseTranscript(text: string): readonly Exchange[] {
  return text
    .split(/^(?=\$ chainwalk )/m)
    .filter((part) => part.startsWith(PROMPT))
    .map((part) => {
      const end = part.indexOf("\n");
      return { command: part.slice(PROMPT.length, end), output: part.slice(end + 1).trimEnd() };
    });
}

export function printTranscript(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ command, output }) => `${PROMPT}${command}\n${output === "" ? "" : `${output}\n`}`)
    .join("\n");
}

/** Runs the command in `folder`; an exit code other than 0 stands in a last line of its own. */
export async function runExchange(command: string, folder: string): Promise<Exchange> {
  const captured = await capture(splitWords(command), { cwd: folder });
  const note = captured.exitCode === 0 ? "" : `[exit code ${captured.exitCode}]\n`;
  return { command, output: `${captured.out}${captured.err}${note}`.trimEnd() };
}

export interface Captured {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, with nothing on standard input unless given. */
export async function capture(
  argv: readonly string[],
  surroundings: Partial<Io> & { readonly input?: string } = {},
): Promise<Captured> {
  let out = "";
  let err = "";
  const { input, ...given } = surroundings;
  const exitCode = await run(argv, {
    stdin: () => Promise.resolve(new TextEncoder().encode(input ?? "")),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    env: {},
    cwd: process.cwd(),
    outIsTerminal: false,
    outIsClosed: () => false,
    errIsTerminal: false,
    now: () => Date.UTC(2026, 0, 1),
    signal: new AbortController().signal,
    cores: 1,
    ...given,
  });
  return { exitCode, out, err };
}

/** Words as a shell would split them: blanks outside single and double quotes. */
export function splitWords(command: string): readonly string[] {
  return [...command.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"),
  );
}
