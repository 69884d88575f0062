import { keyOfObject, type AnyObject, type Service } from "../objects.js";
import type { WatchCache } from "./cache.js";

/** Which Service holds which cluster IP and node port, kept up to date Service by Service. */
export class Holdings {
  readonly #addresses = new Map<string, string>();
  readonly #ports = new Map<number, string>();

  constructor(cache: WatchCache) {
    for (const service of cache.list("services")) this.#add(service);
    cache.subscribe(({ type, object, before }) => {
      if (before !== undefined && isService(before)) this.#drop(before);
      if (type !== "DELETED" && isService(object)) this.#add(object);
    });
  }

  /** What is taken by Services other than the one with this key. */
  without(own: string): Taken {
    const byAnother = (holder: string | undefined): boolean =>
      holder !== undefined && holder !== own;
    return {
      hasAddress: (ip) => byAnother(this.#addresses.get(ip)),
      hasPort: (port) => byAnother(this.#ports.get(port)),
    };
  }

  #add(service: Service): void {
    const key = keyOfObject(service);
    for (const ip of addressesOf(service)) this.#addresses.set(ip, key);
    for (const port of portsOf(service)) this.#ports.set(port, key);
  }

  #drop(service: Service): void {
    const key = keyOfObject(service);
    for (const ip of addressesOf(service)) {
      if (this.#addresses.get(ip) === key) this.#addresses.delete(ip);
    }
    for (const port of portsOf(service)) {
      if (this.#ports.get(port) === key) this.#ports.delete(port);
    }
  }
}

/** What is taken by Services other than the one at hand. */
export interface Taken {
  readonly hasAddress: (ip: string) => boolean;
  readonly hasPort: (port: number) => boolean;
}

function addressesOf({ spec }: Service): readonly string[] {
  return spec.clusterIPs ?? [];
}

function portsOf({ spec }: Service): readonly number[] {
  const ports = (spec.ports ?? []).map((port) => port.nodePort);
  return [...ports, spec.healthCheckNodePort]
    .filter((port) => port !== undefined)
    .filter((port) => port !== 0);
}

function isService(object: AnyObject): object is Service {
  return object.kind === "Service";
}
