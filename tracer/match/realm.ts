import type { RealmMatch } from "../../engine/iptables/extensions/realm.js";
import type { HostState } from "../host/types.js";
import { isUnknown } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import { realmsOf } from "../walk/realm.js";
import { negatedIf, truth, type Truth } from "./truth.js";

/** `xt_realm.c: realm_mt`: the realms of the packet's route. */
export function realmMatches({ realm }: RealmMatch, branch: Branch, host: HostState): Truth {
  if (realm === undefined) return "yes";
  const { value, mask } = realm.value;
  const realms = realmsOf(host, branch);
  return isUnknown(realms) ? realms : negatedIf(realm.not, truth((realms & mask) >>> 0 === value));
}
