import { fault, type Checked, type Fault } from "../../../engine/errors.js";
import { parseStatement } from "../../match/statement.js";
import type { Statement } from "../../walk/world.js";

/** Reads `--assume` statements: `set:blocked=no`, `bpf=yes`, `rule:filter/INPUT/3=no`. */
export function readStatements(texts: readonly string[]): Checked<readonly Statement[]> {
  const faults: Fault[] = [];
  const value = texts.flatMap((text): Statement[] => {
    const statement = parseStatement(text);
    if (statement === undefined) {
      const message = `"${text}" is not KIND=yes, KIND=no, KIND:NAME=yes or KIND:NAME=no, as in set:blocked=no`;
      faults.push(fault("bad-statement", message, { field: "--assume" }));
      return [];
    }
    return [statement];
  });
  return { value, faults };
}
