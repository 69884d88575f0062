/** Who makes chains of this name, by the prefixes that each program documents or uses. */
const OWNERS: readonly (readonly [pattern: RegExp, owner: string])[] = [
  [/^KUBE-(?:FIREWALL|KUBELET-CANARY|MARK-DROP)$/, "kubelet"],
  [/^KUBE-(?:ROUTER|POD-FW|NWPLCY|DEFAULT)\b/, "kube-router"],
  [/^KUBE-/, "kube-proxy"],
  [/^DOCKER/, "Docker"],
  [/^cali/, "Calico"],
  [/^(?:OLD_)?CILIUM_/, "Cilium"],
  [/^ISTIO_|^ztunnel/, "Istio"],
  [/^FLANNEL-/, "Flannel"],
  [/^WEAVE/, "Weave"],
  [/^AZURE-NPM/, "Azure NPM"],
  [/^AWS-/, "AWS VPC CNI"],
  [/^(?:CNI-|CNI_)/, "CNI plugin"],
  [/^IP-MASQ/, "ip-masq-agent"],
  [/^OVN-/, "Kube-OVN"],
  [/^LIBVIRT_/, "libvirt"],
  [/^(?:ufw6?-|ufw-)/, "ufw"],
  [/^(?:PODMAN|NETAVARK)/, "Podman"],
  [/^ts-/, "Tailscale"],
  [/^(?:f2b-|fail2ban)/, "fail2ban"],
  [/^KUMA_|^MESH_/, "Kuma"],
];
const BUILT_IN = /^(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;

/** The program that a chain belongs to; `kernel` for the built-in ones, else `user`. */
export function ownerOfChain(chain: string): string {
  if (BUILT_IN.test(chain)) return "kernel";
  return OWNERS.find(([pattern]) => pattern.test(chain))?.[1] ?? "user";
}
