import type { ApiServer } from "../api/server.js";
import type { Cell, Column } from "../table/table.js";

/** An object that nobody stores: it is made from others whenever somebody asks. */
export interface DerivedObject {
  readonly apiVersion: "v1";
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** A kind of them, of the core group: it can be read, and that is all. */
export interface DerivedResource {
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly kind: string;
  readonly columns: readonly Column[];
  /** All of them with their rows; `now` in milliseconds since 1970. */
  readonly rows: (api: ApiServer, now: number) => readonly DerivedRow[];
}

export interface DerivedRow {
  readonly object: DerivedObject;
  /** One for each column. */
  readonly cells: readonly Cell[];
}
