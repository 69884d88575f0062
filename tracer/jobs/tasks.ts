import { isDeepStrictEqual } from "node:util";
import type { DrawUnit } from "../odds/draw-units.js";
import { cellOf, type Cell } from "../matrix/cell.js";
import type { Packet } from "../packet/types.js";
import type { Program } from "../program/program.js";
import { drawerOf, type Drawer } from "./count.js";

/** Work that a thread does by itself and that is worth a message. */
export type Task =
  | { readonly kind: "count"; readonly packet: Packet; readonly units: readonly DrawUnit[] }
  | { readonly kind: "cells"; readonly packets: readonly Packet[] };

export type Answer =
  /** Of all units together, by place among the packet's ends: see `endsOf`. */
  | { readonly kind: "count"; readonly counts: readonly number[] }
  /** One for each packet, in their order. */
  | { readonly kind: "cells"; readonly cells: readonly Cell[] };

/** Does tasks with this program, one after the other. */
export function performer(program: Program): (task: Task) => Answer {
  let last: { readonly packet: Packet; readonly drawer: Drawer } | undefined;
  /** Tasks of one count come one after the other, each with the packet again. */
  const drawer = (packet: Packet): Drawer => {
    if (last === undefined || !isDeepStrictEqual(last.packet, packet)) {
      last = { packet, drawer: drawerOf(program, packet) };
    }
    return last.drawer;
  };
  return (task) => {
    switch (task.kind) {
      case "count": {
        const { ends, draw } = drawer(task.packet);
        const none: readonly number[] = ends.groups.map(() => 0);
        return { kind: "count", counts: task.units.map(draw).reduce(addCounts, none) };
      }
      case "cells":
        return { kind: "cells", cells: task.packets.map((packet) => cellOf(program, packet)) };
    }
  };
}

/** Place by place. */
export function addCounts(left: readonly number[], right: readonly number[]): readonly number[] {
  return left.map((count, place) => count + (right[place] ?? 0));
}
