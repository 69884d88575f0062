import { FIELDS } from "./fields.js";

/*
 * What the machine knows of a packet: first the fields that rules ask for (fields.ts), then these.
 */

/** 1 once the connection's destination was really changed, as `--ctstate DNAT` sees it. */
export const TRANSLATED = FIELDS;
export const TCP_FLAGS = FIELDS + 1;
/** Type * 256 + code; -1 for what is no ICMP message. */
export const ICMP_TYPE = FIELDS + 2;
export const TTL = FIELDS + 3;
/** The interface that it came in by, whatever the hook shows of it; 0: made by the node. */
export const CAME_BY = FIELDS + 4;
/** The interface that routing chose. */
export const LEAVES_BY = FIELDS + 5;
/** The one that `-o` is compared with: in OUTPUT the first that was chosen. */
export const SEEN_OUT = FIELDS + 6;
/** Class of the source and destination address; -1: not looked up yet. */
export const SOURCE_CLASS = FIELDS + 7;
export const DESTINATION_CLASS = FIELDS + 8;
/** The routing decision that holds, a number of `Decisions`. */
export const DECISION = FIELDS + 9;
/** The mark before the mangle table of OUTPUT. */
export const ENTRY_MARK = FIELDS + 10;
/** The first key of a connection's tuple: the source port, or ICMP's id. */
export const SOURCE_KEY = FIELDS + 11;
/** The second: the destination port, or ICMP's type * 256 + code. */
export const DESTINATION_KEY = FIELDS + 12;
/** 1: NAT drew a source port and the chooser left it open. */
export const PORT_OPEN = FIELDS + 13;
/** 1 once the destination's address was changed. */
export const MOVED = FIELDS + 14;
export const REGISTERS = FIELDS + 15;

export type Registers = Int32Array;
