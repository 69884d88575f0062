import type { Size } from "../types.js";

const SEPARATED = new Intl.NumberFormat("en-US");

/** As in `10,000`. */
export function count(number: number): string {
  return SEPARATED.format(number);
}

/** As in `10,000 Services x 10 endpoints`. */
export function sizeText({ services, endpoints }: Size): string {
  const each = endpoints === 1 ? "endpoint" : "endpoints";
  return `${count(services)} ${services === 1 ? "Service" : "Services"} x ${count(endpoints)} ${each}`;
}

/** Three figures and a unit that fits: `1.24 s`, `318 ms`, `4.20 us`, `61.3 ns`. */
export function duration(ms: number): string {
  if (ms >= 1_000) return `${figures(ms / 1_000)} s`;
  if (ms >= 1) return `${figures(ms)} ms`;
  if (ms >= 1e-3) return `${figures(ms * 1e3)} us`;
  return `${figures(ms * 1e6)} ns`;
}

/** As in `12.4 M/s`. */
export function rateText(rate: number): string {
  if (rate >= 1e6) return `${figures(rate / 1e6)} M/s`;
  if (rate >= 1e3) return `${figures(rate / 1e3)} k/s`;
  return `${figures(rate)} /s`;
}

/** `4.2 times faster than`, `as fast as`, `1.5 times slower than`; `ratio` above 1 is faster. */
export function ratioText(ratio: number): string {
  if (ratio > 0.95 && ratio < 1.05) return "as fast as";
  return ratio >= 1
    ? `${figures(ratio)} times faster than`
    : `${figures(1 / ratio)} times slower than`;
}

/** Three significant figures, without an exponent. */
export function figures(value: number): string {
  if (value >= 99.95) return count(Math.round(value));
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** `+12 %` for 0.12. */
export function percent(change: number): string {
  const rounded = Math.round(change * 100);
  return `${rounded > 0 ? "+" : ""}${rounded} %`;
}
