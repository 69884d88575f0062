/*
 * A plan is a tree of nodes, rows of 32-bit numbers: what is left to ask of a packet when all is known
 * of it but its source, its source port and the dice. The first number of a node is its kind, its
 * operands follow. What a way comes to stands in one node at its end.
 *
 * A reference to a node is four times its place, and
 *   1 (`SETTLED`) more where nothing is drawn from there on,
 *   2 (`NEARLY_SETTLED`) more where some answer to what is asked there may still draw a source port.
 * Nodes that are settled, or nearly, stand in `Plans.settled`; the others, through which every packet
 * goes, in `Plans.nodes`, where they are close together.
 */

export const SETTLED = 1;
export const NEARLY_SETTLED = 2;
export const EITHER_SETTLED = SETTLED | NEARLY_SETTLED;
/** A reference has its node's place above these bits. */
export const PLACE = 2;

/** What comes now is not planned: the packet is run by itself, from its start. */
export const LEAVES = 0;
/**
 * The end. With the kind: the number of its manner and the second key of the tuple (`END_...` below).
 * Then rules tried, and the words of the destination.
 */
export const ENDS = 1;
/** Asks the source: mask, value, node where `word & mask` is the value, node where not, which word. */
export const ASKS_SOURCE = 2;
/** Asks the source port: least, most, node where it is in the range, node where not. */
export const ASKS_PORT = 3;
/**
 * Draws, one time after the other: how many times, place of their ways in `Plans.ways`, the node
 * where all fail, and for each one the node where it succeeds. A node that has not been made is 0.
 */
export const DRAWS = 4;
/** So far behind its beginning stands the node of its first draw. */
export const FIRST_DRAW = 4;

/** Draws the source port: the node that follows. */
export const PICKS = 5;

/**
 * IPv4: asks whether the source is the destination of the end that stands right before it, as rules
 * for what an endpoint asks of itself do: the node where it is. Otherwise that end it is.
 */
export const ASKS_OWN = 6;

export const KIND_MASK = 7;

export const END_MANNER = 3;
export const END_MANNER_MASK = 0x1fff;
export const END_KEY = 16;
/** Numbers of an IPv4 end. */
export const END_LENGTH_4 = 3;

/*
 * A manner of ending, which many ends have in common: verdict, mark, outgoing interface, what becomes
 * of the source port, 1 where the source is replaced, and by what.
 */
export const MANNER_LENGTH = 9;
export const MOST_MANNERS = END_MANNER_MASK + 1;

/** What becomes of the source port: the protocol has none, it stays, it was drawn. */
export const NO_PORT = 0;
export const KEEPS_PORT = 1;
export const DRAWS_PORT = 2;

/** A reference to the one node that leaves; 0 stands for no node. */
export const LEAVING = 1 << PLACE;
