import { define, type InstanceOf } from "./define.js";

/** Ends the table at this hook; the packet goes on. */
export const accept = define({ name: "ACCEPT", families: [4, 6], terminates: true, options: {} });
/** Ends everything. Refused in nat (`libxtables`). */
export const drop = define({
  name: "DROP",
  families: [4, 6],
  terminates: true,
  tables: ["raw", "mangle", "filter", "security"],
  options: {},
});
/** Back to the calling chain; in a base chain, its policy. */
export const returnTarget = define({
  name: "RETURN",
  families: [4, 6],
  terminates: true,
  options: {},
});
/** To a program by the oldest queue, number 0, as `NFQUEUE` does. */
export const queue = define({
  name: "QUEUE",
  families: [4, 6],
  terminates: true,
  options: {},
});
export type AcceptTarget = InstanceOf<typeof accept>;
export type QueueTarget = InstanceOf<typeof queue>;
export type DropTarget = InstanceOf<typeof drop>;
export type ReturnTarget = InstanceOf<typeof returnTarget>;

/** `-j CHAIN` or `-g CHAIN`; after `goto`, the end of the chain returns to the caller's caller. */
export interface JumpTarget {
  readonly name: "jump" | "goto";
  readonly chain: string;
}
