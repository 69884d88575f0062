import { COLOURED, PLAIN, type Style } from "../report/style.js";
import type { Io } from "./io.js";

/** Colours only on a terminal; `NO_COLOR` (any value but empty) turns them off. */
export function styleFor(io: Pick<Io, "env" | "outIsTerminal">): Style {
  const refused = (io.env["NO_COLOR"] ?? "") !== "" || io.env["TERM"] === "dumb";
  return io.outIsTerminal && !refused ? COLOURED : PLAIN;
}
