import { isRefusal, refuse, type Codec, type Refusal } from "./define.js";

/** Chunk types by number, and their flags from bit 7 to bit 0 (RFC 9260, 5061, 8260, 3758). */
const CHUNKS: readonly (readonly [name: string, type: number, flags: string])[] = [
  ["DATA", 0, "----IUBE"],
  ["INIT", 1, "--------"],
  ["INIT_ACK", 2, "--------"],
  ["SACK", 3, "--------"],
  ["HEARTBEAT", 4, "--------"],
  ["HEARTBEAT_ACK", 5, "--------"],
  ["ABORT", 6, "-------T"],
  ["SHUTDOWN", 7, "--------"],
  ["SHUTDOWN_ACK", 8, "--------"],
  ["ERROR", 9, "--------"],
  ["COOKIE_ECHO", 10, "--------"],
  ["COOKIE_ACK", 11, "--------"],
  ["ECN_ECNE", 12, "--------"],
  ["ECN_CWR", 13, "--------"],
  ["SHUTDOWN_COMPLETE", 14, "-------T"],
  ["I_DATA", 64, "----IUBE"],
  ["ASCONF_ACK", 128, "--------"],
  ["RE_CONFIG", 130, "--------"],
  ["PAD", 132, "--------"],
  ["FORWARD_TSN", 192, "--------"],
  ["ASCONF", 193, "--------"],
  ["I_FORWARD_TSN", 194, "--------"],
];

export interface SctpChunk {
  readonly type: number;
  /** Of the flag bits in `mask`, just those in `flags` are up. */
  readonly mask: number;
  readonly flags: number;
}

/** Chunks that a packet must hold any, all, or only of; "ALL" stands for all 256 types. */
export interface SctpChunks {
  readonly scope: "any" | "all" | "only";
  readonly chunks: readonly SctpChunk[] | "ALL";
}

export const sctpChunks: Codec<SctpChunks> = {
  words: 2,
  read: ([how = "", list = ""]) => {
    const scope = (["any", "all", "only"] as const).find((known) => known === how.toLowerCase());
    if (scope === undefined) return refuse(`"${how}" is none of any, all, only`);
    if (list.toUpperCase() === "ALL") return { scope, chunks: "ALL" };
    const chunks = list.toUpperCase() === "NONE" ? [] : readChunks(list);
    return isRefusal(chunks) ? chunks : { scope, chunks };
  },
  write: ({ scope, chunks }) => `${scope} ${writeChunks(chunks)}`,
};

function readChunks(list: string): readonly SctpChunk[] | Refusal {
  const chunks = new Map<number, SctpChunk>();
  for (const item of list.split(",").filter((text) => text !== "")) {
    const colon = item.indexOf(":");
    const name = colon < 0 ? item : item.slice(0, colon);
    const known = CHUNKS.find(([spelling]) => spelling === name.toUpperCase());
    if (known === undefined) return refuse(`"${name}" is no SCTP chunk`);
    const letters = colon < 0 ? "" : item.slice(colon + 1);
    const chunk = withFlags(chunks.get(known[1]) ?? { type: known[1], mask: 0, flags: 0 }, letters);
    if (isRefusal(chunk)) return chunk;
    chunks.set(chunk.type, chunk);
  }
  return [...chunks.values()].sort((left, right) => left.type - right.type);
}

/** A capital asks for the flag to be up, a small letter for it to be down. */
function withFlags(chunk: SctpChunk, letters: string): SctpChunk | Refusal {
  let { mask, flags } = chunk;
  for (const letter of letters) {
    const place = flagsOf(chunk.type).indexOf(letter.toUpperCase());
    if (place < 0) return refuse(`"${letter}" is no flag of SCTP chunk ${nameOf(chunk.type)}`);
    // iptables files flags under the place in its own list, which beyond the first 15 is no type.
    if (chunk.type >= 15) continue;
    const bit = 1 << (7 - place);
    mask |= bit;
    if (letter === letter.toUpperCase()) flags |= bit;
  }
  return { type: chunk.type, mask, flags };
}

function writeChunks(chunks: SctpChunks["chunks"]): string {
  if (chunks === "ALL") return "ALL";
  return chunks.length === 0 ? "NONE" : chunks.map(writeChunk).join(",");
}

function writeChunk({ type, mask, flags }: SctpChunk): string {
  const letters = flagsOf(type)
    .split("")
    .map((letter, place) => {
      const bit = 1 << (7 - place);
      if ((mask & bit) === 0) return "";
      return (flags & bit) === 0 ? letter.toLowerCase() : letter;
    });
  const written = letters.join("");
  return written === "" ? nameOf(type) : `${nameOf(type)}:${written}`;
}

function nameOf(type: number): string {
  return CHUNKS.find(([, number]) => number === type)?.[0] ?? String(type);
}

function flagsOf(type: number): string {
  return CHUNKS.find(([, number]) => number === type)?.[2] ?? "--------";
}
