import type { Negatable } from "../../engine/iptables/types.js";
import { isUnknown, type Field } from "../packet/field.js";
import { equal } from "./numbers.js";
import { all, truth, type Truth } from "./truth.js";

interface Wanted {
  readonly eq?: Negatable<number>;
  readonly lt?: number;
  readonly gt?: number;
}

/** `xt_hl.c: ttl_mt`, `hl_mt6`. */
export function ttlMatches({ eq, lt, gt }: Wanted, ttl: Field<number>): Truth {
  return all([
    equal(eq, ttl),
    compare(lt, ttl, (value, limit) => value < limit),
    compare(gt, ttl, (value, limit) => value > limit),
  ]);
}

function compare(
  limit: number | undefined,
  ttl: Field<number>,
  holds: (value: number, limit: number) => boolean,
): Truth {
  if (limit === undefined) return "yes";
  return isUnknown(ttl) ? ttl : truth(holds(ttl, limit));
}
