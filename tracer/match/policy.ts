import type { PolicyMatch } from "../../engine/iptables/extensions/policy.js";
import { assume, type Branch } from "../walk/branch.js";
import { truth, type Truth } from "./truth.js";

/** `xt_policy.c: policy_mt`; packets are taken to pass in the clear. */
export function policyMatches({ pol }: PolicyMatch, branch: Branch): Truth {
  assume(branch, "no IPsec transforms the packet", "IPsec policies of the node are not given");
  return truth(pol === "none");
}
