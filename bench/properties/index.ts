import { FULL_IS_INCREMENTAL } from "./incremental.js";
import { BALANCE, ODDS_SUM_TO_ONE } from "./odds.js";
import { PROGRAM_IS_WALK } from "./program.js";
import { PRINT_IS_READ_BACK } from "./text.js";
import type { Property } from "./types.js";

/** All that is proved on a run's inputs before anything is timed. */
export const PROPERTIES: readonly Property[] = [
  PROGRAM_IS_WALK,
  ODDS_SUM_TO_ONE,
  BALANCE,
  PRINT_IS_READ_BACK,
  FULL_IS_INCREMENTAL,
];
