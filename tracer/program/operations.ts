/*
 * A program is a row of 32-bit numbers: operations and their operands. A condition's last operand is
 * where to go on when it fails; when it holds, the next operation follows. An action's first operand
 * is the rule's number, which is noted as matched.
 */

/** after: the number past the chain's last rule. Back to the caller, or the policy. */
export const END = 0;

/** field, mask, value: `(field & mask) == value`. */
export const MASKED = 1;
export const NOT_MASKED = 2;
/** field, least, most. */
export const RANGE = 3;
export const NOT_RANGE = 4;
/** protocol, IPv4 destination, destination port. */
export const FLOW = 5;
/** field, place: `rows[place + field]` is not 0. */
export const ROW = 6;
/** SOURCE or DESTINATION, place: `rows[place + class of the address]` is not 0. */
export const CLASS = 7;
/** 1 or 0: whether the destination was translated. */
export const IS_TRANSLATED = 8;
/** field, four masks, four values; holds when any of the four differs. */
export const NOT_PREFIX = 9;
/** ways: the match holds in so many of 2^31 draws. */
export const RANDOM = 10;
/** rule, place of the match in the rule: asked of the match itself. */
export const ASK = 11;
/** Never holds. */
export const FAIL = 12;

/** rule, place to go to, number of the first rule there. */
export const CALL = 16;
export const GOTO = 17;
export const ACCEPT = 18;
export const DROP = 19;
export const RETURN = 20;
export const REJECT = 21;
/** A rule without an effect on the way of the packet. */
export const COUNT = 22;
/** rule, mask, value: `(mark & ~mask) ^ value`. */
export const SET_MARK = 23;
/** rule, class of the address or -1 for none, its four parts, port or -1. */
export const TO_DESTINATION = 24;
/** rule, its four parts. */
export const TO_SOURCE = 25;
/** rule, 1 for a port drawn at random. */
export const MASQUERADE = 26;
/** The rule does what only the reference walk does: the packet is walked by it from the start. */
export const LEAVE = 27;
/** reference into the index, where to go on when no rule of the run may match. */
export const DISPATCH = 28;

/** hook, 1 where `-i` sees nothing, 1 where `-o` sees nothing, chain, its first rule, 1 for DROP. */
export const TABLE = 32;
/** place of INPUT, place of FORWARD. */
export const ROUTE_IN = 33;
export const ROUTE_OUT = 34;
/** Notes the mark, and chooses the way anew when it changed. */
export const NOTE_MARK = 35;
export const ROUTE_IF_MARKED = 36;
/** Chooses the way anew after the destination was translated. */
export const ROUTE_IF_TRANSLATED = 37;
/** From here on `-o` sees the interface that was chosen last. */
export const SEE_OUT = 38;
/** Leaves the packet to the reference when its tuple, turned round, is a known connection's. */
export const CHECK_TAKEN = 39;
/** verdict: the end; `LEAVE_BY_WIRE` leaves what goes by the loopback to the reference. */
export const FINISH = 40;
export const LEAVE_BY_WIRE = 41;
