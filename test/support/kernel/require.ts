import { spawnSync } from "node:child_process";
import { pythonPath } from "./helper.js";

const TOOLS = [
  "ip",
  "iptables-legacy-restore",
  "iptables-nft-restore",
  "ip6tables-legacy-restore",
  "ip6tables-nft-restore",
  "conntrack",
  "ipset",
  pythonPath(),
];

/**
 * For a suite's `skip`: `false` where a kernel can be asked, else the reason in words. In CI there is
 * no skipping: what is missing fails the run.
 */
export function skipWithoutKernel(): string | false {
  const missing = reason();
  if (missing !== false && process.env["CI"] === "true") {
    throw new Error(`the kernel tests must run in CI, but ${missing}`);
  }
  return missing;
}

function reason(): string | false {
  if (process.platform !== "linux") return "only Linux has netfilter";
  if (process.getuid?.() !== 0) return "making network namespaces takes root";
  const lacking = TOOLS.filter(
    (tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).error !== undefined,
  );
  if (lacking.length > 0) return `these tools are not installed: ${lacking.join(", ")}`;
  const unshared = spawnSync("unshare", ["--net", "true"], { stdio: "ignore" });
  return unshared.status === 0 ? false : "network namespaces cannot be made here";
}
