import { define, negatable, type InstanceOf } from "./define.js";
import { MAX_32, number } from "./codecs.js";

/** The processor that handles the packet (kernel: `net/netfilter/xt_cpu.c`). */
export const cpu = define({
  name: "cpu",
  families: [4, 6],
  options: { cpu: negatable("--cpu", number(0, MAX_32)) },
  check: (data) => (data.cpu === undefined ? "--cpu is required" : undefined),
});
export type CpuMatch = InstanceOf<typeof cpu>;
