import type { Target } from "#inventory/select/targets.ts";
import { sweep } from "#playbooks/connectors/sweep/sweep.ts";
import type { ProbeEvent } from "./events.ts";

/**
 * The targets worth connecting to: all that were named, and of whole networks those whose SSH port is open. The order
 * stays.
 */
export async function findServers(
  targets: readonly Target[],
  options: { readonly port: number; readonly signal: AbortSignal; readonly onEvent: (event: ProbeEvent) => void },
): Promise<Target[]> {
  const unsure = targets.filter((target) => target.network !== undefined);
  if (unsure.length === 0) return [...targets];
  options.onEvent({ type: "sweeping", addresses: unsure.length });
  const open = new Set<string>();
  for await (const { address, port, state } of sweep(unsure, {
    port: options.port,
    concurrency: 512,
    signal: options.signal,
  })) {
    if (state === "open") open.add(`${address} ${port}`);
  }
  options.signal.throwIfAborted();
  options.onEvent({ type: "swept", addresses: unsure.length, open: open.size });
  return targets.filter(
    (target) => target.network === undefined || open.has(`${target.address} ${target.port ?? options.port}`),
  );
}
