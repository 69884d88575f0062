import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fault, warning, type Checked, type Fault } from "../../../engine/errors.js";
import { checkDump } from "../../../engine/iptables/check.js";
import { parseDump, type Dump } from "../../../engine/iptables/parse.js";
import type { Family } from "../../../engine/net/ip.js";
import { readSource } from "../files.js";
import type { Io } from "../io.js";

/** As `loadDump`, with what the kernel would refuse besides: missing chains, loops, misplaced rules. */
export async function loadLoadableDump(
  path: string,
  family: Family | undefined,
  io: Io,
): Promise<Checked<Dump | undefined>> {
  const { value, faults } = await loadDump(path, family, io);
  if (value === undefined) return { value, faults };
  const options = { file: path, refusalsOnly: true };
  return { value, faults: checkDump({ value, faults }, options) };
}

/** A dump read from a file or standard input; `undefined` where there is nothing to read. */
export async function loadDump(
  path: string,
  family: Family | undefined,
  io: Io,
): Promise<Checked<Dump | undefined>> {
  if (await isFolder(path, io)) {
    const message = "this is a folder: name one dump";
    return { value: undefined, faults: [fault("unreadable-file", message, { file: path })] };
  }
  const { value, faults } = await readSource(path, io);
  if (value === undefined) return { value: undefined, faults };
  const { file, text } = value;
  if (text.trim() === "") {
    const empty = fault("empty-file", "the file is empty: no table, no rule", { file });
    return { value: undefined, faults: [...faults, empty] };
  }
  const options = { file, makesAll: true };
  const dump = parseDump(text, family === undefined ? options : { ...options, family });
  return { value: dump.value, faults: [...faults, ...checkLetters(file, text), ...dump.faults] };
}

async function isFolder(path: string, { cwd }: Io): Promise<boolean> {
  const found = path === "-" ? undefined : await stat(resolve(cwd, path)).catch(() => undefined);
  return found?.isDirectory() === true;
}

/** What decoding puts in the place of a byte that is not UTF-8. */
const STRANGE = "\ufffd";

/** Tells of the first byte that could not be kept: everything but the letters is read as it is. */
function checkLetters(file: string, text: string): readonly Fault[] {
  const at = text.indexOf(STRANGE);
  if (at < 0) return [];
  const start = text.lastIndexOf("\n", at) + 1;
  const line = text.slice(0, start).split("\n").length;
  const message = `the file is not UTF-8 throughout: a byte that is not is kept as "${STRANGE}"`;
  return [warning("not-utf8", message, { file, line, column: at - start + 1 })];
}
