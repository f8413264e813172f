import { type HostKeyStore, openKnownHosts } from "../../connectors/ssh/known-hosts.ts";

/** Where host keys are looked up, and what happens to a host that nobody knows yet. */
export interface HostKeyPolicy {
  readonly file: string;
  /** `strict` refuses unknown hosts, `accept-new` pins them, `off` takes any key. */
  readonly mode: "strict" | "accept-new" | "off";
}

/** Stores of host keys, one for each policy, shared by all hosts of a run. */
export class HostKeys {
  readonly #stores = new Map<string, HostKeyStore>();

  store({ file, mode }: HostKeyPolicy): HostKeyStore {
    const key = `${mode} ${file}`;
    let store = this.#stores.get(key);
    if (store === undefined) {
      store = mode === "off" ? takesAny() : openKnownHosts(file, { acceptNew: mode === "accept-new" });
      this.#stores.set(key, store);
    }
    return store;
  }
}

/** As ssh with StrictHostKeyChecking=no: for networks where hosts come and go, and somebody said so. */
function takesAny(): HostKeyStore {
  return { typesFor: async () => [], judge: async () => ({ kind: "known" }) };
}
