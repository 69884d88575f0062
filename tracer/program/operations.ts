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
/** field, place: `rows[place + field]` is not 0. */
export const ROW = 5;
/** SOURCE or DESTINATION, place: `rows[place + class of the address]` is not 0. */
export const CLASS = 6;
/** 1 or 0: whether the destination was translated. */
export const IS_TRANSLATED = 7;
/** field, four masks, four values; holds when any of the four differs. */
export const NOT_PREFIX = 8;
/** ways: the match holds in so many of 2^31 draws. */
export const RANDOM = 9;
/** rule, place of the match in the rule: asked of the match itself. */
export const ASK = 10;
/** Never holds. */
export const FAIL = 11;
/** The stub of a chain that has no place yet: a number for what tracking says there. */
export const PLACE = 12;

/** rule, place to go to, number of the first rule there. */
export const CALL = 13;
export const GOTO = 14;
export const ACCEPT = 15;
export const DROP = 16;
export const RETURN = 17;
export const REJECT = 18;
/** A rule without an effect on the way of the packet. */
export const COUNT = 19;
/** rule, mask, value: `(mark & ~mask) ^ value`. */
export const SET_MARK = 20;
/** rule, class of the address or -1 for none, its four parts, port or -1. */
export const TO_DESTINATION = 21;
/** rule, its four parts. */
export const TO_SOURCE = 22;
/** rule, 1 for a port drawn at random. */
export const MASQUERADE = 23;
/** The rule does what only the reference walk does: the packet is walked by it from the start. */
export const LEAVE = 24;
/** rule, number of rules: a call of a chain of which no rule ever matches. */
export const PASS = 25;
/**
 * first rule, number of rules, and for each of them ways (0: it always matches), place of the chain
 * it calls, first rule there: calls by the throw of dice, one after the other.
 */
export const DRAWS = 26;
/** reference into the index, where to go on when no rule of the run may match. */
export const DISPATCH = 27;
/**
 * hook, 1 where `-i` sees nothing, 1 where `-o` sees nothing, 1 where `-o` sees what it saw before,
 * chain, its first rule, 1 for DROP.
 */
export const TABLE = 28;
/** So far before the place after a table stands the number of its hook. */
export const HOOK_BEFORE = 7;
/** place of INPUT, place of FORWARD. */
export const ROUTE_IN = 29;
export const ROUTE_OUT = 30;
/** Notes the mark, and chooses the way anew when it changed. */
export const NOTE_MARK = 31;
export const ROUTE_IF_MARKED = 32;
/** Chooses the way anew after the destination was translated. */
export const ROUTE_IF_TRANSLATED = 33;
/** Leaves the packet to the reference when its tuple, turned round, is a known connection's. */
export const CHECK_TAKEN = 34;
/** verdict: the end; `LEAVE_BY_WIRE` leaves what goes by the loopback to the reference. */
export const FINISH = 35;
export const LEAVE_BY_WIRE = 36;
