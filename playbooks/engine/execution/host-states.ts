/** Who of a batch still takes part: what a failure, a lost host or `meta` took out of the play. */
export class HostStates {
  readonly batch: readonly string[];
  /** Failed with nothing left to run. */
  readonly failed = new Set<string>();
  readonly unreachable = new Set<string>();
  /** Taken out by `meta: end_host` and its kin; they are well. */
  readonly ended = new Set<string>();
  /** Failed where nothing will rescue them, while their `always` tasks may still run. */
  readonly out = new Set<string>();

  /** Failed once, and cleared by `meta: clear_host_errors`: they do not go on here, but in the next play. */
  readonly forgiven = new Set<string>();
  /** Taken along by another host's fatal failure: whatever rescues them here, the plays that follow count them as failed. */
  readonly condemned = new Set<string>();
  /** Too many hosts failed: nothing more runs in this batch, neither `rescue` nor `always`. */
  isBroken = false;
  /** `meta: end_play`: the batches that follow do not run. */
  endsPlay = false;

  /** `lost`: those that earlier plays or batches lost already; they stay out. */
  constructor(
    batch: readonly string[],
    lost: { readonly failed: Iterable<string>; readonly unreachable: Iterable<string> },
  ) {
    this.batch = batch;
    for (const host of lost.failed) if (batch.includes(host)) this.failed.add(host);
    for (const host of lost.unreachable) this.unreachable.add(host);
  }

  isGone(host: string): boolean {
    return this.unreachable.has(host) || this.ended.has(host);
  }

  /** Hosts that may go on with tasks outside `always`. */
  live(hosts: readonly string[]): string[] {
    return hosts.filter((host) => !this.failed.has(host) && !this.isGone(host));
  }

  /** What `ansible_play_hosts` shows. */
  remaining(): readonly string[] {
    return this.batch.filter((host) => !this.failed.has(host) && !this.out.has(host) && !this.isGone(host));
  }

  /** `meta: clear_host_errors`. */
  clearErrors(): void {
    for (const host of [...this.failed, ...this.out]) this.forgiven.add(host);
    this.unreachable.clear();
  }
}
