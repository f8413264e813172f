import { labUp, loadLabProfile } from "#installer/lab/lab.ts";
import { makeHosts } from "../probe/hosts.ts";
import type { BenchHost } from "./work.ts";

export const LAB_NAME = "bench-engine";

export interface Servers {
  readonly hosts: readonly BenchHost[];
  /** Private key that lets root in. */
  readonly key: string;
}

/** Systemd hosts of a lab. */
export async function labHosts(count: number, subnet: string): Promise<Servers> {
  const profile = await loadLabProfile("demo");
  const lab = await labUp({ ...profile, name: LAB_NAME, subnet, hosts: profile.hosts.slice(0, count) });
  return { hosts: lab.hosts.map(({ name, address }) => ({ name, address })), key: lab.keyFile };
}

/** Network namespaces with an sshd each. */
export async function lightHosts(count: number): Promise<Servers> {
  const { addresses, privateKeyFile } = await makeHosts(count);
  return { hosts: addresses.map((address, index) => ({ name: `h${index + 1}`, address })), key: privateKeyFile };
}
