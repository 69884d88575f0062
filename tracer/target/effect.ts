/**
 * What a target does to the traversal: go on with the next rule, end this table (`accept`), go back
 * to the calling chain (`return`), or nothing more, because the branch has ended.
 */
export type Effect = "continue" | "accept" | "return" | "ended";
