import type { Opaque } from "./define.js";
import { dnat, type DnatTarget } from "./dnat-target.js";
import { markTarget, type MarkTarget } from "./mark-target.js";
import { masquerade, type MasqueradeTarget } from "./masquerade-target.js";
import { reject, type RejectTarget } from "./reject-target.js";
import {
  accept,
  drop,
  returnTarget,
  type AcceptTarget,
  type DropTarget,
  type JumpTarget,
  type ReturnTarget,
} from "./verdicts.js";

/** Every target that is understood. A new one is added here and nowhere else in the engine. */
export const TARGETS = [accept, drop, returnTarget, reject, dnat, masquerade, markTarget] as const;

export type Target =
  | AcceptTarget
  | DropTarget
  | ReturnTarget
  | RejectTarget
  | DnatTarget
  | MasqueradeTarget
  | MarkTarget
  | JumpTarget
  | Opaque;
