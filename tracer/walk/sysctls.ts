import { assumed, type HostState, type Stated } from "../host/types.js";
import { use, type Branch } from "./branch.js";

/** The kernel's own values of the settings that a walk asks for. */
const KERNEL_DEFAULTS: ReadonlyMap<string, number> = new Map([
  ["net.ipv4.ip_forward", 0],
  ["net.ipv4.conf.all.route_localnet", 0],
  ["net.ipv4.conf.all.rp_filter", 0],
  ["net.ipv4.conf.all.accept_local", 0],
  ["net.ipv4.conf.all.src_valid_mark", 0],
  ["net.ipv4.conf.all.send_redirects", 1],
  ["net.ipv6.conf.all.forwarding", 0],
  ["net.bridge.bridge-nf-call-iptables", 1],
  ["net.bridge.bridge-nf-call-ip6tables", 1],
  ["net.netfilter.nf_conntrack_tcp_loose", 1],
  ["net.netfilter.nf_conntrack_udp_timeout", 30],
  ["net.netfilter.nf_conntrack_udp_timeout_stream", 120],
  ["net.netfilter.nf_conntrack_icmp_timeout", 30],
  ["net.netfilter.nf_conntrack_icmpv6_timeout", 30],
  ["net.netfilter.nf_conntrack_generic_timeout", 600],
]);

/** A setting by its full name, with the kernel's default where the host says nothing. */
export function sysctl(host: HostState, name: string, fallback?: number): Stated<number> {
  const stated = host.sysctls.get(name);
  if (stated !== undefined) return stated;
  const value = KERNEL_DEFAULTS.get(name) ?? fallback ?? 0;
  return assumed(value, "the kernel's default, as nothing else is given");
}

/** Reads a setting on behalf of a branch, which notes it when it was assumed. */
export function readSysctl(
  branch: Branch,
  host: HostState,
  name: string,
  fallback?: number,
): number {
  const stated = sysctl(host, name, fallback);
  return use(branch, `${name} = ${stated.value}`, stated);
}

/** `conf.all` and the interface's own value, the greater counting (`IN_DEV_MAXCONF`). */
export function readMaximum(
  branch: Branch,
  host: HostState,
  setting: string,
  device: string,
): number {
  const all = readSysctl(branch, host, `net.ipv4.conf.all.${setting}`);
  return Math.max(all, perDevice(branch, host, setting, device));
}

/** Set for all interfaces or for this one (`IN_DEV_ORCONF`). */
export function readEither(
  branch: Branch,
  host: HostState,
  setting: string,
  device: string,
): boolean {
  return readMaximum(branch, host, setting, device) !== 0;
}

function perDevice(branch: Branch, host: HostState, setting: string, device: string): number {
  const name = `net.ipv4.conf.${device}.${setting}`;
  const stated = host.sysctls.get(name) ?? host.sysctls.get(`net.ipv4.conf.default.${setting}`);
  return stated === undefined ? 0 : use(branch, `${name} = ${stated.value}`, stated);
}
