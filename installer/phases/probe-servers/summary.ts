import type { ServerFacts } from "#inventory/schema/facts.ts";

/** One server in one row. Null is not known. */
export interface ServerSummary {
  readonly host: string;
  readonly address: string;
  readonly hostname: string | null;
  readonly os: string | null;
  readonly cores: number | null;
  readonly memoryBytes: number | null;
  /** Disks known to be empty, and all disks. */
  readonly emptyDisks: number | null;
  readonly disks: number | null;
  readonly gpus: number | null;
  /** Physical interfaces; in containers their virtual ones. */
  readonly interfaces: number | null;
  readonly hostKey: string;
  readonly milliseconds: number;
  /** Why it was read without root's rights; null when it was not. */
  readonly unprivileged: string | null;
}

export function summaryOf(server: ServerFacts, unprivileged: string | null): ServerSummary {
  const { facts } = server;
  const disks = facts.disks.value?.disks;
  const interfaces = facts.network.value?.interfaces;
  return {
    host: server.host,
    address: server.address,
    hostname: facts.identity.value?.hostname ?? null,
    os: facts["operating-system"].value?.name ?? null,
    cores: facts.processor.value?.cores ?? facts.processor.value?.threads ?? null,
    memoryBytes: facts.memory.value?.limitBytes ?? facts.memory.value?.totalBytes ?? null,
    emptyDisks: disks?.filter((disk) => disk.empty === true).length ?? null,
    disks: disks?.length ?? null,
    gpus: facts.graphics.value?.gpus.length ?? null,
    interfaces: interfaces?.filter((one) => one.kind === "physical" || one.kind === "veth").length ?? null,
    hostKey: server.hostKey,
    milliseconds: server.durationMilliseconds,
    unprivileged,
  };
}
