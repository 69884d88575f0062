/** The chains of table nat in what `iptables-save` printed (kube-proxy's `GetChainsFromTable`). */
export function natChainsIn(dump: string): readonly string[] {
  const chains: string[] = [];
  let table = "";
  for (const line of dump.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1).trim();
    else if (line.startsWith(":") && table === "nat") {
      chains.push(line.slice(1).split(/\s/, 1)[0] ?? "");
    }
  }
  return chains;
}
