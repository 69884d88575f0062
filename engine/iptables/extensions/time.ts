import { parseCNumber } from "../../net/numeric.js";
import { define, negatable, option, refuse, type Codec, type InstanceOf } from "./define.js";
import { oneWord, present } from "./codecs.js";
import { saveOptions } from "./save.js";

const LAST_SECOND = 86399;
/** `INT_MAX`: a save prints it even where no end was asked for. */
const LAST_DATE = 2147483647;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;

/** Seconds since midnight. */
const timeOfDay: Codec<number> = oneWord(
  (text) => {
    const parts = /^\s*\+?(\d*):\s*\+?(\d*)(?::\s*\+?(\d*))?$/.exec(text);
    const [hour, minute, second] = [parts?.[1], parts?.[2], parts?.[3] ?? "0"].map(Number);
    if (parts === null || hour === undefined || minute === undefined || second === undefined) {
      return refuse(`"${text}" is not a time of day, hh:mm[:ss]`);
    }
    return hour <= 23 && minute <= 59 && second <= 59
      ? hour * 3600 + minute * 60 + second
      : refuse(`${text} is not within a day`);
  },
  (value) => [Math.floor(value / 3600), Math.floor(value / 60) % 60, value % 60].map(two).join(":"),
);

function two(value: number): string {
  return String(value).padStart(2, "0");
}

const DATE =
  /^\s*\+?(\d+)(?:-\s*\+?(\d+)(?:-\s*\+?(\d+)(?:T\s*\+?(\d+)(?::\s*\+?(\d+)(?::\s*\+?(\d+))?)?)?)?)?$/;

/** Seconds since 1970, UTC. */
const date: Codec<number> = oneWord(
  (text) => {
    const parts = DATE.exec(text);
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (parts ?? [])
      .slice(1)
      .map((part) => (part === undefined ? undefined : Number(part)));
    if (parts === null) return refuse(`"${text}" is not a date, YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`);
    if (year < 1970 || year > 2038 || month > 12 || day > 31) {
      return refuse(`${text} is no date of 1970 to 2038`);
    }
    if (hour > 23 || minute > 59 || second > 59) return refuse(`${text} has no time of day`);
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  },
  (value) => new Date(value * 1000).toISOString().slice(0, 19),
);

/** 1 (Monday) to 7, by number or by a name's first two letters; of an item three letters count. */
const weekdays: Codec<readonly number[]> = days(
  3,
  (text) => {
    const named = WEEKDAYS.findIndex(
      (name) => text.length > 1 && name.startsWith(text.slice(0, 2)),
    );
    const number = named < 0 ? parseCNumber(text.replace(/^-/, "")) : named + 1;
    const day = text === "" ? 0 : number !== undefined && text.startsWith("-") ? -number : number;
    // The number is shifted into a byte of days, of which `1 << 33` is the second.
    return day === 0 || day === undefined ? undefined : day & 31;
  },
  (day) => WEEKDAYS[day - 1] ?? String(day),
);

/** 1 to 31; 0 and nothing at all are no day; of an item two letters count. */
const monthdays: Codec<readonly number[]> = days(
  2,
  (text) => {
    const day = /^\s*\+?(\d*)$/.exec(text)?.[1];
    return day === undefined || Number(day) > 31 ? undefined : Number(day);
  },
  String,
);

/** As `libxt_time.c` reads them, which drops a number that no day has and an item's rest. */
function days(
  letters: number,
  read: (text: string) => number | undefined,
  write: (day: number) => string,
): Codec<readonly number[]> {
  return oneWord<readonly number[]>(
    (text) => {
      const found = new Set<number>();
      const items = text.split(",");
      if (items.at(-1) === "") items.pop();
      for (const item of items) {
        const day = read(item.slice(0, letters));
        if (day === undefined) return refuse(`"${item}" is no such day`);
        if (day > 0) found.add(day);
      }
      return [...found].sort((left, right) => left - right);
    },
    (value) => value.map(write).join(","),
  );
}

const options = {
  timestart: option("--timestart", timeOfDay),
  timestop: option("--timestop", timeOfDay),
  monthdays: negatable("--monthdays", monthdays),
  weekdays: negatable("--weekdays", weekdays),
  datestart: option("--datestart", date),
  datestop: option("--datestop", date),
  kerneltz: option("--kerneltz", present, { aliases: ["--localtz"] }),
  utc: option("--utc", present),
  contiguous: option("--contiguous", present),
};

/** Arrival time, UTC unless `kerneltz` (kernel: `net/netfilter/xt_time.c: time_mt`). */
export const time = define({
  name: "time",
  families: [4, 6],
  options,
  check: (data) => {
    if (data.utc === true && data.kerneltz === true)
      return "--utc and --kerneltz exclude each other";
    return data.contiguous === true && (data.timestart ?? 0) < (data.timestop ?? LAST_SECOND)
      ? "--contiguous needs a --timestop before --timestart"
      : undefined;
  },
  normalise: ({ monthdays: month, weekdays: week, datestart, ...data }) => ({
    ...(data.kerneltz === true ? { kerneltz: true } : {}),
    ...(data.contiguous === true ? { contiguous: true } : {}),
    timestart: data.timestart ?? 0,
    timestop: data.timestop ?? LAST_SECOND,
    ...onDays("monthdays", month, 31),
    ...onDays("weekdays", week, 7),
    ...(datestart === undefined || datestart === 0 ? {} : { datestart }),
    datestop: data.datestop ?? LAST_DATE,
  }),
  save: (data, reading) =>
    saveOptions(
      options,
      data,
      reading,
      data.timestart === 0 && data.timestop === LAST_SECOND ? ["timestart", "timestop"] : [],
    ),
});
export type TimeMatch = InstanceOf<typeof time>;

type Days = { readonly not: boolean; readonly value: readonly number[] };

/** Without negation; all days are as good as none asked for. */
function onDays<Key extends "monthdays" | "weekdays">(
  key: Key,
  asked: Days | undefined,
  last: number,
): { readonly [K in Key]?: Days } {
  if (asked === undefined) return {};
  const all = Array.from({ length: last }, (_, index) => index + 1);
  const value = all.filter((day) => asked.value.includes(day) !== asked.not);
  if (value.length === last) return {};
  const entry: { [K in Key]?: Days } = {};
  entry[key] = { not: false, value };
  return entry;
}
