import type { Io } from "./io.js";

/** Paints words for a terminal, or leaves them as they are. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const plain = (text: string): string => text;
const paint = (code: number) => (text: string) => `\u001B[${code}m${text}\u001B[0m`;

export const PLAIN: Style = {
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  cyan: plain,
};

const COLOURED: Style = {
  bold: paint(1),
  dim: paint(2),
  red: paint(31),
  green: paint(32),
  yellow: paint(33),
  cyan: paint(36),
};

/** Colours only on a terminal; `NO_COLOR` (any value but empty) turns them off. */
export function styleFor(io: Pick<Io, "env" | "outIsTerminal">): Style {
  const refused = (io.env["NO_COLOR"] ?? "") !== "" || io.env["TERM"] === "dumb";
  return io.outIsTerminal && !refused ? COLOURED : PLAIN;
}
