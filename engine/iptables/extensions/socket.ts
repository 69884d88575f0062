import { define, option, type InstanceOf } from "./define.js";
import { present } from "./codecs.js";

/** An open local socket would take the packet (kernel: `net/netfilter/xt_socket.c`). */
export const socket = define({
  name: "socket",
  families: [4, 6],
  hooks: ["PREROUTING", "INPUT"],
  options: {
    transparent: option("--transparent", present),
    nowildcard: option("--nowildcard", present),
    restoreSkmark: option("--restore-skmark", present),
  },
});
export type SocketMatch = InstanceOf<typeof socket>;
