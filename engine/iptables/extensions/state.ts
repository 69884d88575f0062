import { define, negatable, type InstanceOf } from "./define.js";
import { setOf } from "./codecs.js";
import type { ConntrackState } from "./conntrack.js";

const STATES = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"] as const;
const READ_ORDER = ["INVALID", "NEW", "ESTABLISHED", "RELATED", "UNTRACKED"] as const;

/**
 * The older name of `conntrack --ctstate`: the kernel gets the same match with a mark that it was
 * written so (`XT_CONNTRACK_STATE_ALIAS`), and a save gives the name back.
 */
export const state = define({
  name: "state",
  families: [4, 6],
  options: { state: negatable("--state", setOf<ConntrackState>(STATES, READ_ORDER)) },
  check: (data) => (data.state === undefined ? "--state is required" : undefined),
});
export type StateMatch = InstanceOf<typeof state>;
