import { countGiven, define, negatable, type InstanceOf } from "./define.js";
import { MAX_32, number } from "./codecs.js";
import { quoted } from "./text-codecs.js";

/** The control group of the local socket (kernel: `net/netfilter/xt_cgroup.c`). */
export const cgroup = define({
  name: "cgroup",
  families: [4, 6],
  hooks: ["INPUT", "OUTPUT", "POSTROUTING"],
  options: {
    path: negatable("--path", quoted(511)),
    classid: negatable("--cgroup", number(0, MAX_32)),
  },
  check: (data) =>
    countGiven(data.path, data.classid) === 1
      ? undefined
      : "exactly one of --path and --cgroup is required",
});
export type CgroupMatch = InstanceOf<typeof cgroup>;
