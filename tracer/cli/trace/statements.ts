import { fault, type Checked, type Fault } from "../../../engine/errors.js";
import type { Statement } from "../../walk/world.js";

const SHAPE = /^(?<kind>[\w-]+)(?::(?<name>[^=]+))?=(?<answer>yes|no)$/;

/** Reads `--assume` statements: `set:blocked=no`, `bpf=yes`, `rule:filter/INPUT/3=no`. */
export function readStatements(texts: readonly string[]): Checked<readonly Statement[]> {
  const faults: Fault[] = [];
  const value = texts.flatMap((text): Statement[] => {
    const parts = SHAPE.exec(text)?.groups;
    if (parts === undefined) {
      const message = `"${text}" is not KIND=yes, KIND=no, KIND:NAME=yes or KIND:NAME=no, as in set:blocked=no`;
      faults.push(fault("bad-statement", message, { field: "--assume" }));
      return [];
    }
    return [{ kind: parts["kind"] ?? "", name: parts["name"], holds: parts["answer"] === "yes" }];
  });
  return { value, faults };
}
