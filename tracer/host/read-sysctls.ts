import { warning, type Checked, type Fault } from "../../engine/errors.js";
import { lineAt } from "./lines.js";

/**
 * Reads the output of `sysctl -a`, or lines of `/etc/sysctl.conf`: `name = number`. Settings that
 * are no single whole number are left out, as none of them decides a packet's way. `/` as
 * separator is read too, as `sysctl` itself takes it.
 */
export function readSysctls(text: string, file?: string): Checked<ReadonlyMap<string, number>> {
  const value = new Map<string, number>();
  const faults: Fault[] = [];
  text.split("\n").forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "" || /^[#;]|^sysctl:/.test(trimmed)) return;
    const parts = /^-?([\w./:@-]+)\s*=\s*(.*)$/.exec(trimmed);
    if (parts === null) {
      const at = lineAt(file, index + 1);
      faults.push(warning("bad-sysctl", "not a `name = value` line", at, line));
      return;
    }
    const [, name = "", setting = ""] = parts;
    if (/^-?\d+$/.test(setting)) value.set(dotted(name), Number(setting));
  });
  return { value, faults };
}

/** `net/ipv4/conf/eth0.100/rp_filter` is how sysctl writes an interface with a dot. */
function dotted(name: string): string {
  return /^[^.]*\//.test(name)
    ? name.replaceAll(/[./]/g, (mark) => (mark === "/" ? "." : "/"))
    : name;
}
