import { define, option, type InstanceOf } from "./define.js";
import { word } from "./codecs.js";

/** Always matches (kernel: `net/netfilter/xt_comment.c`). */
export const comment = define({
  name: "comment",
  families: [4, 6],
  options: { comment: option("--comment", word) },
  check: ({ comment: text }) => (text === undefined ? "--comment is required" : undefined),
});
export type CommentMatch = InstanceOf<typeof comment>;
