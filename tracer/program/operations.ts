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
/** mask, value: of the mark. */
export const MARKED = 13;
export const NOT_MARKED = 14;

/** mask, value: of the first part of the source. */
export const FROM = 15;

/** The stub of a chain that has no place yet: a number for what tracking says there. */
export const PLACE = 45;

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
/** rule, number of rules: a call of a chain of which no rule ever matches. */
export const PASS = 28;
/**
 * first rule, number of rules, and for each of them ways (0: it always matches), place of the chain
 * it calls, first rule there: calls by the throw of dice, one after the other.
 */
export const DRAWS = 29;
/** reference into the index, where to go on when no rule of the run may match. */
export const DISPATCH = 30;
/** rule, place to go to, number of the first rule there, and as `FLOW`: a call on that condition. */
export const FLOW_CALL = 31;

/**
 * hook, 1 where `-i` sees nothing, 1 where `-o` sees nothing, 1 where `-o` sees what it saw before,
 * chain, its first rule, 1 for DROP.
 */
export const TABLE = 32;
/** So far before the place after a table stands the number of its hook. */
export const HOOK_BEFORE = 7;
/** place of INPUT, place of FORWARD. */
export const ROUTE_IN = 33;
export const ROUTE_OUT = 34;
/** Notes the mark, and chooses the way anew when it changed. */
export const NOTE_MARK = 35;
export const ROUTE_IF_MARKED = 36;
/** Chooses the way anew after the destination was translated. */
export const ROUTE_IF_TRANSLATED = 37;
/** Leaves the packet to the reference when its tuple, turned round, is a known connection's. */
export const CHECK_TAKEN = 38;
/** verdict: the end; `LEAVE_BY_WIRE` leaves what goes by the loopback to the reference. */
export const FINISH = 39;
export const LEAVE_BY_WIRE = 40;
/**
 * first rule, number of rules, place of their ways in `ways`, place of the first chain called, how far
 * apart the chains are, number of the first one's first rule, how far apart those are: `DRAWS` where
 * all of that is even.
 */
export const EVEN_DRAWS = 42;
/**
 * first of two rules, IPv4 address, protocol (0: any), place of a chain, its first rule, class of the
 * address, port or -1: the first rule calls the chain when the packet comes from the address, the
 * second translates to it; then the end of the chain, whose third operand is its number past the last.
 */
export const ENDPOINT = 43;
export const ENDPOINT_LENGTH = 8;
export const NOT_FROM = 44;
/**
 * From here on to its end a packet goes the same way as others of its mark, protocol and interfaces
 * did, as long as nothing else is asked of it: looks it up, or notes it while it happens.
 */
export const RECALL = 41;
