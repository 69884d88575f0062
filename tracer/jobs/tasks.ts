import type { DrawUnit } from "../odds/draw-units.js";
import { cellOf, type Cell } from "../matrix/cell.js";
import type { Packet } from "../packet/types.js";
import type { Program } from "../program/program.js";
import { drawerOf } from "./count.js";

/** Work that a thread does by itself and that is worth a message. */
export type Task =
  | { readonly kind: "count"; readonly packet: Packet; readonly units: readonly DrawUnit[] }
  | { readonly kind: "cells"; readonly packets: readonly Packet[] };

export type Answer =
  /** Of all units together, by place among the packet's ends: see `endsOf`. */
  | { readonly kind: "count"; readonly counts: readonly number[] }
  /** One for each packet, in their order. */
  | { readonly kind: "cells"; readonly cells: readonly Cell[] };

export function perform(program: Program, task: Task): Answer {
  switch (task.kind) {
    case "count": {
      const { ends, draw } = drawerOf(program, task.packet);
      const counts = task.units.map(draw).reduce(
        addCounts,
        ends.groups.map(() => 0),
      );
      return { kind: "count", counts };
    }
    case "cells":
      return { kind: "cells", cells: task.packets.map((packet) => cellOf(program, packet)) };
  }
}

/** Place by place. */
export function addCounts(left: readonly number[], right: readonly number[]): readonly number[] {
  return left.map((count, place) => count + (right[place] ?? 0));
}
