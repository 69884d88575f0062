import { define, negatable, option, type InstanceOf } from "./define.js";
import { headerLength } from "./header-options.js";
import { present } from "./codecs.js";
import { isEvery, spiRange } from "./spi.js";
import { saveOptions } from "./save.js";

const options = {
  id: negatable("--fragid", spiRange),
  length: negatable("--fraglen", headerLength),
  reserved: option("--fragres", present),
  first: option("--fragfirst", present),
  more: option("--fragmore", present),
  last: option("--fraglast", present),
};

/** IPv6 fragments (kernel: `net/ipv6/netfilter/ip6t_frag.c`). */
export const frag = define({
  name: "frag",
  families: [6],
  options,
  check: ({ more, last }) =>
    more === true && last === true ? "--fragmore and --fraglast exclude each other" : undefined,
  normalise: ({ id, ...data }) => ({
    ...(id === undefined || (isEvery(id.value) && !id.not) ? {} : { id }),
    ...data,
  }),
  save: (data, reading) =>
    saveOptions(options, data, reading, data.id && isEvery(data.id.value) ? ["id"] : []),
});
export type FragMatch = InstanceOf<typeof frag>;
