/* What `operate` tells instead of a verdict: numbers below 0. */

/** The packet came to something that only the reference walk does. */
export const LEFT = -1;
/** It stands at an operation that draws: `draws.ts` tells how, and goes on. */
export const DRAWS_HERE = -2;
/** A source port is to be drawn: the packet has passed what asked for it. */
export const PICKS_PORT = -3;
/** It stands at a match that is not lowered. */
export const ASKS_MATCH = -4;
/** What was asked of its source or source port is open: `Standing.asked...` tell what. */
export const ASKS_SOURCE = -5;
export const ASKS_PORT = -6;
