import { parseCNumber } from "../../net/numeric.js";
import { MAX_32, number, oneWord } from "./codecs.js";
import { refuse, type Codec } from "./define.js";

/** An option of a hop-by-hop or destination header, and the length of its data where asked for. */
export interface HeaderOption {
  readonly type: number;
  readonly length?: number;
}

const MAX_OPTIONS = 16;
/** Types and lengths are octets: iptables cuts what does not fit. */
const OCTET = 256;
/** A single octet to fill up. */
const PAD = 0;
/** A length that stands for all. */
const ANY = 255;

/** `TYPE[:LENGTH],...`, at most 16. */
export const headerOptions: Codec<readonly HeaderOption[]> = oneWord<readonly HeaderOption[]>(
  (text) => {
    const found: HeaderOption[] = [];
    for (const item of text.split(",")) {
      const [first = "", second, ...rest] = item.split(":");
      const type = octet(first);
      const length = second === undefined ? undefined : octet(second);
      if (type === undefined || rest.length > 0 || (second !== undefined && length === undefined)) {
        return refuse(`"${item}" is no option, TYPE[:LENGTH]`);
      }
      if (type === PAD && length !== undefined) {
        return refuse("the option 0 has no length");
      }
      found.push({
        type,
        ...(length === undefined || length === ANY ? {} : { length }),
      });
    }
    return found.length <= MAX_OPTIONS
      ? found
      : refuse(`there are more than ${MAX_OPTIONS} options`);
  },
  (value) =>
    value
      .map(({ type, length }) => (length === undefined ? String(type) : `${type}:${length}`))
      .join(","),
);

/** The lowest eight bits, of a negative number too. */
function octet(text: string): number | undefined {
  const isNegative = text.startsWith("-");
  const given = parseCNumber(isNegative ? text.slice(1) : text);
  if (given === undefined) return undefined;
  const rest = given % OCTET;
  return isNegative && rest > 0 ? OCTET - rest : rest;
}

/** Of a whole IPv6 extension header, in octets. */
export const headerLength: Codec<number> = number(0, MAX_32);
