import type { Scene } from "./scene.js";

/** Ends of the scenes' topology: a client outside and a Pod, of either family. */
export const CLIENT = "192.168.1.20";
export const POD = "10.244.0.5";
export const CLIENT_6 = "fd00:1::20";
export const POD_6 = "fd00:244::5";

/** The same scene of both families; `make` is given client and Pod. */
export function ofBoth(
  make: (family: 4 | 6, client: string, pod: string) => Scene,
): readonly Scene[] {
  return [
    { ...make(4, CLIENT, POD), family: 4 },
    { ...make(6, CLIENT_6, POD_6), family: 6 },
  ];
}
