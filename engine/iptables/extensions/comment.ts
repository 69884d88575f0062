import { define, option, type InstanceOf } from "./define.js";
import { quoted } from "./text-codecs.js";

/** Always matches (kernel: `net/netfilter/xt_comment.c`); 255 bytes at most. */
export const comment = define({
  name: "comment",
  families: [4, 6],
  options: { comment: option("--comment", quoted(255)) },
  check: ({ comment: text }) => (text === undefined ? "--comment is required" : undefined),
});
export type CommentMatch = InstanceOf<typeof comment>;
