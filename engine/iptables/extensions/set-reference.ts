import { refuse, type Codec } from "./define.js";

/** An ipset and what of the packet is looked up in it, a part for each dimension of the set. */
export interface SetReference {
  /** Up to 31 bytes of any kind. */
  readonly set: string;
  readonly parts: readonly ("src" | "dst")[];
}

const MAX_PARTS = 6;

/** `NAME src|dst[,src|dst...]`; a save prints the name without quotes, whatever is in it. */
export const setReference: Codec<SetReference> = {
  words: 2,
  read: ([set = "", list = ""]) => {
    if (new TextEncoder().encode(set).length > 31) return refuse(`set name "${set}" is too long`);
    const parts: ("src" | "dst")[] = [];
    for (const item of list.split(",")) {
      if (item.startsWith("src")) parts.push("src");
      else if (item.startsWith("dst")) parts.push("dst");
      else return refuse(`"${item}" is neither src nor dst`);
    }
    return parts.length <= MAX_PARTS ? { set, parts } : refuse(`more than ${MAX_PARTS} parts`);
  },
  write: ({ set, parts }) => `${set} ${parts.join(",")}`,
};
