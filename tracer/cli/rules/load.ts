import { fault, type Checked, type Fault } from "../../../engine/errors.js";
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
  const refused = checkRefusals(value, faults, path);
  return { value, faults: refused };
}

/** Reading's own faults of every severity, and of the rules' those that keep them from loading. */
function checkRefusals(dump: Dump, faults: readonly Fault[], file: string): readonly Fault[] {
  const found = checkDump({ value: dump, faults }, { file });
  return found.filter((each) => each.severity === "error" || faults.includes(each));
}

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
