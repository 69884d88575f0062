import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord, present } from "./codecs.js";

/** Long name, number and short name, in the order of a save. */
const HEADERS = [
  ["hop-by-hop", "0", "hop"],
  ["ipv6-opts", "60", "dst"],
  ["ipv6-route", "43", "route"],
  ["ipv6-frag", "44", "frag"],
  ["ah", "51", "auth"],
  ["esp", "50", "esp"],
  ["ipv6-nonxt", "59", "none"],
  ["protocol", "255", "prot"],
] as const;
export type Ipv6HeaderName = (typeof HEADERS)[number][0];
export const IPV6_HEADERS: readonly Ipv6HeaderName[] = HEADERS.map(([name]) => name);

const headers: Codec<readonly Ipv6HeaderName[]> = oneWord<readonly Ipv6HeaderName[]>(
  (text) => {
    const items = text.split(",");
    const known = HEADERS.filter((names) => names.some((name) => items.includes(name)));
    const stray = items.find(
      (item) => !HEADERS.some((names) => names.some((name) => name === item)),
    );
    return stray === undefined
      ? known.map(([name]) => name)
      : refuse(`"${stray}" is no IPv6 extension header`);
  },
  (value) => value.join(","),
);

/** Which extension headers a packet has, no others, or with `soft` at least these (`ip6t_ipv6header.c`). */
export const ipv6header = define({
  name: "ipv6header",
  families: [6],
  options: { header: negatable("--header", headers), soft: option("--soft", present) },
  check: ({ header }) => (header === undefined ? "--header is required" : undefined),
});
export type Ipv6headerMatch = InstanceOf<typeof ipv6header>;
