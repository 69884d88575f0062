import { fault, type Checked } from "../../../engine/errors.js";
import { parseDump, type Dump } from "../../../engine/iptables/parse.js";
import type { Family } from "../../../engine/net/ip.js";
import { readSource } from "../files.js";
import type { Io } from "../io.js";

/** A dump read from a file or standard input; `undefined` where there is nothing to read. */
export async function loadDump(
  path: string,
  family: Family | undefined,
  io: Io,
): Promise<Checked<Dump | undefined>> {
  const { value, faults } = await readSource(path, io);
  if (value === undefined) return { value: undefined, faults };
  const { file, text } = value;
  if (text.trim() === "") {
    const empty = fault("empty-file", "the file is empty: no table, no rule", { file });
    return { value: undefined, faults: [...faults, empty] };
  }
  const dump = parseDump(text, family === undefined ? { file } : { file, family });
  return { value: dump.value, faults: [...faults, ...dump.faults] };
}
