import { countGiven, define, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { MAX_16, oneOf, oneWord, parseNumber, present } from "./codecs.js";
import { saveOptions } from "./save.js";
import { name } from "./text-codecs.js";

/** In the order in which a save prints them. */
const EVENTS = [
  "new",
  "related",
  "destroy",
  "reply",
  "assured",
  "protoinfo",
  "helper",
  "mark",
  "natseqinfo",
  "secmark",
] as const;

const events: Codec<readonly (typeof EVENTS)[number][]> = oneWord<
  readonly (typeof EVENTS)[number][]
>(
  (text) => {
    const given = text.split(",");
    const stray = given.find((item) => !EVENTS.some((event) => event === item));
    return stray === undefined
      ? EVENTS.filter((event) => given.includes(event))
      : refuse(`"${stray}" is none of ${EVENTS.join(", ")}`);
  },
  (value) => value.join(","),
);

/** A conntrack zone by number, or by the packet's mark. */
const zone: Codec<number | "mark"> = oneWord<number | "mark">(
  (text) => (text.toLowerCase() === "mark" ? "mark" : parseNumber(text, 0, MAX_16)),
  String,
);

const options = {
  notrack: option("--notrack", present),
  helper: option("--helper", name(15)),
  timeout: option("--timeout", name(31)),
  ctevents: option("--ctevents", events),
  expevents: option("--expevents", oneOf(["new"])),
  zoneOrig: option("--zone-orig", zone),
  zoneReply: option("--zone-reply", zone),
  zone: option("--zone", zone),
};

/** Settings of connections that are not yet tracked (kernel: `net/netfilter/xt_CT.c`). */
export const ct = define({
  name: "CT",
  families: [4, 6],
  terminates: false,
  tables: ["raw"],
  hooks: ["PREROUTING", "OUTPUT"],
  options,
  check: (data, { protocol }) => {
    if (data.helper !== undefined && protocol === undefined) return "--helper needs -p";
    return countGiven(data.zone, data.zoneOrig, data.zoneReply) > 1
      ? "the options of zones exclude each other"
      : undefined;
  },
  // Zone 0 is where connections are anyway.
  normalise: ({ zone: both, zoneOrig, zoneReply, ...data }) => ({
    ...data,
    ...(zoneOrig === undefined || zoneOrig === 0 ? {} : { zoneOrig }),
    ...(zoneReply === undefined || zoneReply === 0 ? {} : { zoneReply }),
    ...(both === undefined || both === 0 ? {} : { zone: both }),
  }),
  save: (data, reading) => saveOptions(options, data, reading),
});
export type CtTarget = InstanceOf<typeof ct>;

/** `CT --notrack` by its older name, which a save gives back. */
export const notrack = define({
  name: "NOTRACK",
  families: [4, 6],
  terminates: false,
  tables: ["raw"],
  hooks: ["PREROUTING", "OUTPUT"],
  options: {},
});
export type NotrackTarget = InstanceOf<typeof notrack>;
