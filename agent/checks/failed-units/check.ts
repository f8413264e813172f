import { type UnitsReading, units } from "../../collectors/units/collector.ts";
import type { Check, Finding } from "../check.ts";

const MOST = 30;

/** systemd units that failed and were not started again. */
export const failedUnits: Check<UnitsReading, never, undefined> = {
  name: "failed-units",
  title: "No systemd unit has failed",
  reads: units,
  codes: ["AGENT_UNIT_FAILED"],
  severity: "warning",
  // Units that start again by themselves pass through `failed`.
  toleranceSeconds: 30,
  dependsOn: ["disk-space", "read-only-file-system", "stale-mount"],
  limits: {},
  judge({ reading: { failed } }): Finding[] {
    if (failed.length === 0) return [{ subject: "", status: "ok", message: "No unit has failed." }];
    return failed.slice(0, MOST).map((unit) => {
      const more = failed.length > MOST ? ` It is one of ${failed.length}.` : "";
      const hint = `Read why (\`systemctl status ${unit}\`, \`journalctl -b -u ${unit}\`), then \`systemctl restart ${unit}\` or \`reset-failed\`.`;
      return { subject: unit, status: "problem", message: `${unit} has failed.${more}`, hint };
    });
  },
};
