/*
 * A plan is a tree of nodes, rows of 32-bit numbers: what is left to ask of a packet when all is known
 * of it but its source, its source port and its lot. The first number of a node is its kind; its
 * operands follow.
 *
 * Ends stand in `Plans.ends`, all of one length, so that what is drawn leads to the n-th behind the
 * first without a list of them; the nodes that packets come through before stand in `Plans.nodes`,
 * those of a plan close together, right behind the packets' key.
 *
 * A reference is twice the place of a node, or twice the number of an end and `IS_END` more.
 */

export const IS_END = 1;
/** A reference has a place or a number above this bit. */
export const PLACE = 1;

/** What comes now is not planned: the packet is run by itself, from its start. */
export const LEAVES = 0;
/**
 * Asks the source: mask, value, node where `word & mask` is the value, node where not. With the kind,
 * above `KIND_BITS`: which of its words.
 */
export const ASKS_SOURCE = 1;
/** Asks the source port: least, most, node where it is in the range, node where not. */
export const ASKS_PORT = 2;
/**
 * Draws. With the kind, above `KIND_BITS`: how often fresh lots were taken. Then the place of its table
 * in `DrawTables.row`, the number of the end for the first answer (0: none is made yet) and how many
 * answers there are.
 */
export const DRAWS = 3;
/** The node that follows. */
export const GOES_ON = 4;

export const KIND_BITS = 3;
export const KIND_MASK = (1 << KIND_BITS) - 1;
/** Numbers of a question. */
export const QUESTION_LENGTH = 5;
/* Operands of `DRAWS`. */
export const TABLE = 1;
export const FIRST_END = 2;
export const ANSWERS = 3;

/* Kinds of ends. */

/** Not made: the node that draws, which of its answers this is. */
export const UNMADE = 0;
/**
 * The end. With the kind: the number of its manner and the second key of the tuple (`END_...` below).
 * Then rules tried, and the words of the destination.
 */
export const ENDS = 1;
/**
 * IPv4, the same but for packets whose source is this destination, as rules for what an endpoint asks
 * of itself have it: for these the end whose number stands in `Plans.owns`.
 */
export const ENDS_OR_OWN = 2;
/** No end at all: the reference that follows. */
export const LEADS_ON = 3;

export const END_MANNER = 3;
export const END_MANNER_MASK = 0x1fff;
export const END_KEY = 16;

/*
 * A manner of ending, which many ends have in common: verdict, mark, outgoing interface, what becomes
 * of the source port, by lots of which round it is drawn, 1 where the source is replaced, and by what.
 */
export const MANNER_LENGTH = 10;
export const MOST_MANNERS = END_MANNER_MASK + 1;

/** What becomes of the source port: the protocol has none, it stays, it is drawn. */
export const NO_PORT = 0;
export const KEEPS_PORT = 1;
export const DRAWS_PORT = 2;

/** A reference to the one node that leaves. */
export const LEAVING = 0;
/** Instead of the place of a plan: there is none; there is none, but one such packet came. */
export const NO_PLAN = 0;
export const SEEN_ONCE = 1;
