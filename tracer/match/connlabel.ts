import type { ConnlabelMatch } from "../../engine/iptables/extensions/connlabel.js";
import { unknown } from "../packet/field.js";
import type { Branch } from "../walk/branch.js";
import { setConnection } from "../walk/nat.js";
import { truth, type Truth } from "./truth.js";

/** `xt_connlabel.c: connlabel_mt`: asks for a label, and with `--set` sets it first. */
export function connlabelMatches({ label, set }: ConnlabelMatch, branch: Branch): Truth {
  const { tracking } = branch;
  if (label === undefined) return "yes";
  if (tracking.kind !== "tracked") return truth(label.not);
  const { connection } = tracking;
  const { labels } = connection;
  const has = labels?.includes(label.value) === true;
  if (has) return truth(!label.not);
  if (set === true) {
    setConnection(branch, { ...connection, labels: [...(labels ?? []), label.value] });
    return truth(!label.not);
  }
  return labels === undefined
    ? unknown("the labels of the connection are not given")
    : truth(label.not);
}
