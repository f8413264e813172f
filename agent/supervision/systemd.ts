import { spawn } from "node:child_process";
import type { Clock } from "#inventory/kernel/clock.ts";

/** What the service manager is told; see sd_notify(3). */
export interface Supervision {
  /** Once, when the agent runs. */
  ready(): void;
  /** After every round; the watchdog is fed only as long as rounds go on. */
  alive(standing: string): void;
  stopping(): void;
}

export const noSupervision: Supervision = { ready() {}, alive() {}, stopping() {} };

/**
 * Tells systemd through `systemd-notify`, because Node cannot send to a datagram socket by itself. `watchdogMicroseconds`
 * is WATCHDOG_USEC; fed at a third of it. The unit needs `NotifyAccess=all`.
 */
export function systemdSupervision(socket: string, watchdogMicroseconds: number, clock: Clock): Supervision {
  const period = watchdogMicroseconds / 1000 / 3;
  let said = "";
  let fedAt = Number.NEGATIVE_INFINITY;
  return {
    ready: () => notify(socket, ["--ready"]),
    alive(standing) {
      const hungry = period > 0 && clock.monotonic() - fedAt >= period;
      if (!hungry && standing === said) return;
      said = standing;
      if (hungry) fedAt = clock.monotonic();
      notify(socket, [`STATUS=${standing}`, ...(hungry ? ["WATCHDOG=1"] : [])]);
    },
    stopping: () => notify(socket, ["STOPPING=1"]),
  };
}

function notify(socket: string, words: readonly string[]): void {
  const child = spawn("systemd-notify", words, {
    stdio: "ignore",
    env: { NOTIFY_SOCKET: socket, PATH: "/usr/bin:/bin" },
    timeout: 10_000,
  });
  // Without systemd-notify there is no way to tell; the unit's start then times out and says so.
  child.on("error", () => undefined);
  child.unref();
}
