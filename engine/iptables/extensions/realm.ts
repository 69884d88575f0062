import { define, negatable, type InstanceOf } from "./define.js";
import { namedNumber } from "./named-number.js";

/** The realm of the packet's route (kernel: `net/netfilter/xt_realm.c`). */
export const realm = define({
  name: "realm",
  families: [4],
  hooks: ["INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  options: { realm: negatable("--realm", namedNumber("cosmos")) },
  check: (data) => (data.realm === undefined ? "--realm is required" : undefined),
});
export type RealmMatch = InstanceOf<typeof realm>;
