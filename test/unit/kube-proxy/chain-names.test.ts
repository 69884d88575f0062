import assert from "node:assert/strict";
import { it } from "node:test";
import {
  endpointChainName,
  isServiceChain,
  serviceChainNames,
} from "../../../engine/kube-proxy/chain-names.js";

it("chain names are kube-proxy's", () => {
  assert.deepEqual(serviceChainNames("ns1/svc1:p80", "tcp"), {
    cluster: "KUBE-SVC-XPGD46QRK7WJZT7O",
    local: "KUBE-SVL-XPGD46QRK7WJZT7O",
    firewall: "KUBE-FW-XPGD46QRK7WJZT7O",
    external: "KUBE-EXT-XPGD46QRK7WJZT7O",
  });
  assert.equal(serviceChainNames("ns4/svc4:p80", "tcp").cluster, "KUBE-SVC-4SW47YFZTEDKD3PK");
  const endpoint = endpointChainName("ns1/svc1:p80", "tcp", "10.180.0.1:80");
  assert.equal(endpoint, "KUBE-SEP-SXIVWICOYRO3J4NJ");
});

it("kube-proxy takes chains for its own by their prefix alone", () => {
  for (const prefix of ["SVC", "SVL", "SEP", "FW", "EXT"]) {
    assert.ok(isServiceChain(`KUBE-${prefix}-ANYTHING`));
  }
  for (const name of ["KUBE-SERVICES", "KUBE-FIREWALL", "KUBE-SVC", "CNI-KUBE-SVC-X"]) {
    assert.ok(!isServiceChain(name));
  }
});
