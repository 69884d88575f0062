import { unknown } from "../packet/field.js";
import type { Packet } from "../packet/types.js";
import type { Truth } from "./truth.js";

/** `xt_cgroup.c`: a packet without a local socket matches neither plainly nor negated. */
export function cgroupMatches({ sender }: Packet): Truth {
  return sender === undefined ? "no" : unknown("the sender's control group is not given");
}
