import { define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord, parseNumber, present } from "./codecs.js";
import { saveOptions } from "./save.js";
import { prefixText } from "./text-codecs.js";

/** Names of `syslog(3)`, with those it no longer recommends. */
const LEVELS: Readonly<Record<string, number>> = {
  emerg: 0,
  panic: 0,
  alert: 1,
  crit: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};
const DEFAULT_LEVEL = 4;

const level: Codec<number> = oneWord((text) => {
  const named = Object.hasOwn(LEVELS, text) ? LEVELS[text] : undefined;
  if (named !== undefined) return named;
  const number = parseNumber(text, 0, 7);
  return typeof number === "number" ? number : refuse(`"${text}" is no log level`);
}, String);

const options = {
  prefix: option("--log-prefix", prefixText(29)),
  level: option("--log-level", level),
  tcpSequence: option("--log-tcp-sequence", present),
  tcpOptions: option("--log-tcp-options", present),
  ipOptions: option("--log-ip-options", present),
  uid: option("--log-uid", present),
  macdecode: option("--log-macdecode", present),
};

/** To the kernel log (kernel: `net/netfilter/xt_LOG.c`). */
export const log = define({
  name: "LOG",
  families: [4, 6],
  terminates: false,
  options,
  normalise: (data) => ({ ...data, level: data.level ?? DEFAULT_LEVEL }),
  save: (data, reading) =>
    saveOptions(options, data, reading, data.level === DEFAULT_LEVEL ? ["level"] : []),
});
export type LogTarget = InstanceOf<typeof log>;
