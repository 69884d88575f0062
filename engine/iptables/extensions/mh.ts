import { parseCNumber } from "../../net/numeric.js";
import { MH } from "../../net/protocol.js";
import { define, negatable, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_8, oneWord, startsWith, writeRange, type Range } from "./codecs.js";
import { saveOptions } from "./save.js";

/** Names by type, in the order in which iptables looks a beginning up. */
const NAMES = [
  ["binding-refresh-request", "brr"],
  ["home-test-init", "hoti"],
  ["careof-test-init", "coti"],
  ["home-test", "hot"],
  ["careof-test", "cot"],
  ["binding-update", "bu"],
  ["binding-acknowledgement", "ba"],
  ["binding-error", "be"],
] as const;

function typeOf(text: string): number | undefined {
  const named = NAMES.flatMap((names, type) => names.map((name) => ({ name, type })));
  const exact = named.find(({ name }) => name === text.toLowerCase());
  const begun = exact ?? named.find(({ name }) => startsWith(name, text));
  const number = begun?.type ?? parseCNumber(text);
  return number !== undefined && number <= MAX_8 ? number : undefined;
}

/** `TYPE`, `MIN:MAX`, `:MAX` or `MIN:`, by name or number. */
const typeRange: Codec<Range> = oneWord((text) => {
  const colon = text.indexOf(":");
  const low = colon < 0 ? text : text.slice(0, colon);
  const high = colon < 0 ? text : text.slice(colon + 1);
  const min = low === "" && colon >= 0 ? 0 : typeOf(low);
  const max = high === "" && colon >= 0 ? MAX_8 : typeOf(high);
  if (min === undefined || max === undefined) return refuse(`"${text}" is no MH type`);
  return min <= max ? { min, max } : refuse(`the range ${text} runs backwards`);
}, writeRange);

const options = { type: negatable("--mh-type", typeRange) };

/** A save is silent about all types, even where they are negated. */
const isEveryType = ({ min, max }: Range): boolean => min === 0 && max === MAX_8;

/** Mobile IPv6 messages (kernel: `net/ipv6/netfilter/ip6t_mh.c`). */
export const mh = define({
  name: "mh",
  families: [6],
  protocol: MH,
  options,
  normalise: ({ type }) =>
    type === undefined || (isEveryType(type.value) && !type.not) ? {} : { type },
  save: (data, reading) =>
    saveOptions(options, data, reading, data.type && isEveryType(data.type.value) ? ["type"] : []),
});
export type MhMatch = InstanceOf<typeof mh>;
