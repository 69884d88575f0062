import type { HostState } from "../host/types.js";
import type { Backend } from "../walk/link.js";
import type { World } from "../walk/world.js";
import type { AddressClasses } from "./address-classes.js";
import { Growable } from "./growable.js";
import type { Interfaces } from "./interfaces.js";

/** What the parts of the lowering share. */
export interface Lowering {
  readonly world: World;
  readonly host: HostState;
  readonly family: 4 | 6;
  readonly backend: Backend | undefined;
  /** All that there are; rows by interface are as long as this. */
  readonly interfaces: Interfaces;
  readonly classes: AddressClasses;
  readonly rows: Rows;
  readonly code: Growable;
}

/** Where in the packet's way a table stands: what connection tracking says there is fixed. */
export type Tracked = "before" | "new" | "never";

/** Answers by number (of an interface, a protocol, a class), one row after the other. */
export class Rows {
  readonly #rows = new Growable();
  readonly #known = new Map<string, number>();

  /** The row's place; equal rows are kept once. */
  add(answers: readonly boolean[]): number {
    const key = answers.map(Number).join("");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const place = this.#rows.length;
    for (const answer of answers) this.#rows.push(answer ? 1 : 0);
    this.#known.set(key, place);
    return place;
  }

  get items(): Int32Array {
    return this.#rows.items;
  }
}
