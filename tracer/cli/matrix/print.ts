import type { Assumption } from "../../walk/result.js";
import type { Io } from "../io.js";
import { styleFor } from "../style.js";
import { CSV_HEADER, csvLines } from "./csv.js";
import type { Answered } from "./judge.js";
import { JSON_TAIL, jsonCell, jsonHead } from "./json.js";
import type { MatrixSetup } from "./load.js";
import type { MatrixOptions } from "./options.js";
import type { Source } from "./sources.js";
import { Table } from "./table.js";

/** Prints answers as they come in, one Service port's after the other. */
export interface Printer {
  readonly start: () => void;
  readonly add: (answers: readonly Answered[]) => void;
  readonly end: () => void;
}

export interface Printed {
  readonly setup: MatrixSetup;
  readonly options: MatrixOptions;
  readonly sources: readonly Source[];
  readonly notes: readonly string[];
  readonly assumptions: readonly Assumption[];
}

export function printerFor(what: Printed, io: Io): Printer {
  const { setup, options } = what;
  const { world } = setup;
  const shown = (answers: readonly Answered[]) =>
    options.problems === true ? answers.filter(({ standing }) => standing !== "served") : answers;
  switch (options.output) {
    case "table": {
      const table = new Table(setup, options);
      return {
        start: () => undefined,
        add: (answers) => table.add(answers),
        end: () => io.out(table.text(what, styleFor(io))),
      };
    }
    case "csv":
      return {
        start: () => io.out(CSV_HEADER),
        add: (answers) =>
          io.out(
            shown(answers)
              .map((each) => csvLines(each, world))
              .join(""),
          ),
        end: () => undefined,
      };
    case "json": {
      let before = "\n";
      return {
        start: () => io.out(jsonHead(what)),
        add: (answers) => {
          for (const answer of shown(answers)) {
            io.out(`${before}${jsonCell(answer, world)}`);
            before = ",\n";
          }
        },
        end: () => io.out(JSON_TAIL),
      };
    }
  }
}
