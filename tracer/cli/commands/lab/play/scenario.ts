import { LineCounter, isMap, parseDocument, type Document, type Node } from "yaml";
import { fault, type Checked, type Fault } from "../../../../../engine/errors.js";
import { parseDuration } from "../../../../../engine/control-plane/clock.js";
import { isObject } from "../../../../../engine/control-plane/json.js";
import { listOf, readCluster, textOf, type ScenarioCluster } from "./scenario-cluster.js";

/** What a line of a scenario asks for. */
export type Step =
  | {
      readonly kind: "lab";
      readonly words: readonly string[];
      /** Lines that the output must hold; `*` stands for anything. */
      readonly prints: readonly string[];
      /** The command is to fail. */
      readonly fails: boolean;
    }
  | {
      readonly kind: "observe";
      readonly name: string;
      readonly from: string;
      readonly to: string;
      readonly namespace: string;
    }
  | Assertion;

/** What must have held over the whole time that was observed. */
export type Assertion =
  /** New connections that fail, as a share of all of them at an even rate, 0 to 1. */
  | { readonly kind: "no-failures"; readonly of: string; readonly atMost: number }
  /** How far, 0 to 1, any answering Pod's share may at any moment be off an equal one. */
  | { readonly kind: "equal-shares"; readonly of: string; readonly within: number }
  /** Milliseconds from the first failure until there is none any more. */
  | { readonly kind: "heals"; readonly of: string; readonly within: number };

export interface PlacedStep {
  readonly step: Step;
  /** Free words for the reader. */
  readonly says: string | undefined;
  readonly line: number;
}

export interface Scenario {
  readonly name: string;
  readonly cluster: ScenarioCluster;
  readonly steps: readonly PlacedStep[];
}

/** Reads a scenario; everything wrong with it is listed with its line. */
export function readScenario(text: string, file: string): Checked<Scenario | undefined> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const reader = new Reader(document, lines, file);
  for (const error of document.errors) {
    reader.refuse(error.pos[0], error.message.split("\n", 1)[0] ?? "bad YAML");
  }
  const value = reader.faults.length > 0 ? undefined : reader.scenario();
  return reader.faults.length > 0
    ? { value: undefined, faults: reader.faults }
    : { value, faults: [] };
}

const KEYS: ReadonlySet<string> = new Set(["name", "about", "cluster", "steps"]);
const STEP_KEYS: ReadonlySet<string> = new Set([
  "says",
  "lab",
  "prints",
  "fails",
  "observe",
  "assert",
]);

class Reader {
  readonly faults: Fault[] = [];
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #file: string;

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#document = document;
    this.#lines = lines;
    this.#file = file;
  }

  refuse(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    const at = { file: this.#file, line, column: col };
    this.faults.push(fault("bad-scenario", message, at));
  }

  scenario(): Scenario {
    const raw: unknown = this.#document.toJS();
    const value = isObject(raw) ? raw : {};
    this.#known(value, KEYS, 0, "a scenario");
    const cluster = readCluster(value["cluster"], (path, message) => {
      this.refuse(this.#offset(["cluster", ...path]), message);
    });
    const steps = Array.isArray(value["steps"]) ? value["steps"] : [];
    if (steps.length === 0) this.refuse(0, "a scenario has `steps`, a list");
    return {
      name: typeof value["name"] === "string" ? value["name"] : this.#file,
      cluster,
      steps: steps.flatMap((step: unknown, index) => this.#step(step, index)),
    };
  }

  #offset(path: readonly (string | number)[]): number {
    const node: unknown = this.#document.getIn(path, true);
    return isYamlNode(node) ? (node.range?.[0] ?? 0) : 0;
  }

  #known(
    value: Readonly<Record<string, unknown>>,
    keys: ReadonlySet<string>,
    offset: number,
    what: string,
  ): void {
    for (const key of Object.keys(value)) {
      if (!keys.has(key))
        this.refuse(offset, `${what} has no \`${key}\`; it has ${[...keys].join(", ")}`);
    }
  }

  #step(raw: unknown, index: number): readonly PlacedStep[] {
    const offset = this.#offset(["steps", index]);
    const { line } = this.#lines.linePos(offset);
    if (!isObject(raw)) {
      this.refuse(offset, "a step is a mapping with `lab`, `observe` or `assert`");
      return [];
    }
    this.#known(raw, STEP_KEYS, offset, "a step");
    const says = typeof raw["says"] === "string" ? raw["says"] : undefined;
    const step = this.#whatToDo(raw, offset);
    return step === undefined ? [] : [{ step, says, line }];
  }

  #whatToDo(raw: Readonly<Record<string, unknown>>, offset: number): Step | undefined {
    if (typeof raw["lab"] === "string") {
      const words = splitWords(raw["lab"]);
      return { kind: "lab", words, prints: listOf(raw["prints"]), fails: raw["fails"] === true };
    }
    if (isObject(raw["observe"])) {
      const { name, from, to, namespace } = raw["observe"];
      if (typeof name === "string" && typeof from === "string" && typeof to === "string") {
        const home = typeof namespace === "string" ? namespace : "default";
        return { kind: "observe", name, from, to, namespace: home };
      }
    }
    if (isObject(raw["assert"])) return this.#assertion(raw["assert"], offset);
    this.refuse(offset, "a step has `lab: WORDS`, `observe: {name, from, to}` or `assert: {...}`");
    return undefined;
  }

  #assertion(raw: Readonly<Record<string, unknown>>, offset: number): Assertion | undefined {
    const [kind = "", ...more] = Object.keys(raw);
    const body = isObject(raw[kind]) ? raw[kind] : {};
    const of = body["of"];
    const refuse = (message: string): undefined => {
      this.refuse(offset, message);
      return undefined;
    };
    if (more.length > 0) return refuse("an assertion is one of its kind");
    if (typeof of !== "string") return refuse(`${kind} has \`of\`: the name of an observation`);
    switch (kind) {
      case "no-failures": {
        const atMost = body["at-most"] === undefined ? 0 : shareOf(body["at-most"]);
        if (atMost === undefined) return refuse("`at-most` is a share such as 0.1%");
        return { kind, of, atMost };
      }
      case "equal-shares": {
        const within = shareOf(body["within"]);
        return within === undefined
          ? refuse("equal-shares has `within`, a share such as 5%")
          : { kind, of, within };
      }
      case "heals": {
        const within = parseDuration(textOf(body["within"]));
        return within === undefined
          ? refuse("heals has `within`, a duration such as 60s")
          : { kind, of, within };
      }
      default:
        return refuse(
          `there is no assertion \`${kind}\`; there are no-failures, equal-shares, heals`,
        );
    }
  }
}

function isYamlNode(value: unknown): value is Node {
  return isMap(value) || (typeof value === "object" && value !== null && "range" in value);
}

/** `5%` or `0.05`, as 0 to 1. */
function shareOf(value: unknown): number | undefined {
  const text = textOf(value);
  const number = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  return text !== "" && number >= 0 && number <= 1 ? number : undefined;
}

/** Words apart by blanks; quotes keep blanks together. */
export function splitWords(text: string): readonly string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replaceAll(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
