import { formatAddress, parseAddressOf, type Address } from "../../net/ip.js";
import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_32, number, numberRange, oneWord, present } from "./codecs.js";
import { isEvery } from "./spi.js";
import { saveOptions } from "./save.js";

const MAX_HOPS = 16;

const addresses: Codec<readonly Address[]> = oneWord<readonly Address[]>(
  (text) => {
    const found: Address[] = [];
    for (const item of text.split(",")) {
      const address = parseAddressOf(6, item);
      if (address === undefined) return refuse(`"${item}" is not an IPv6 address`);
      found.push(address);
    }
    return found.length <= MAX_HOPS ? found : refuse(`more than ${MAX_HOPS} addresses`);
  },
  (value) => value.map(formatAddress).join(","),
);

const options = {
  type: negatable("--rt-type", number(0, MAX_32)),
  segsleft: negatable("--rt-segsleft", numberRange(MAX_32)),
  len: negatable("--rt-len", number(0, MAX_32)),
  reserved: option("--rt-0-res", present),
  addresses: option("--rt-0-addrs", addresses),
  notStrict: option("--rt-0-not-strict", present),
};

/** IPv6 routing header (kernel: `net/ipv6/netfilter/ip6t_rt.c`). */
export const rt = define({
  name: "rt",
  families: [6],
  options,
  check: (data) => {
    const isType0 = data.type?.not === false && data.type.value === 0;
    if (!isType0 && (data.reserved === true || data.addresses !== undefined)) {
      return "--rt-0-res and --rt-0-addrs need --rt-type 0";
    }
    return data.notStrict === true && data.addresses === undefined
      ? "--rt-0-not-strict needs --rt-0-addrs"
      : undefined;
  },
  normalise: ({ segsleft, ...data }) => ({
    ...data,
    ...(segsleft === undefined || (isEvery(segsleft.value) && !segsleft.not) ? {} : { segsleft }),
  }),
  save: (data, reading) =>
    saveOptions(
      options,
      data,
      reading,
      data.segsleft !== undefined && isEvery(data.segsleft.value) ? ["segsleft"] : [],
    ),
});
export type RtMatch = InstanceOf<typeof rt>;
