import { type RebootReading, reboot } from "../../collectors/reboot/collector.ts";
import type { Check, Finding } from "../check.ts";

/** Updates are installed that only a reboot puts to use. */
export const rebootRequired: Check<RebootReading, never, undefined> = {
  name: "reboot-required",
  title: "No update waits for a reboot",
  reads: reboot,
  codes: ["AGENT_REBOOT_REQUIRED"],
  severity: "info",
  // Reboots are planned; a fortnight is the usual window.
  toleranceSeconds: 14 * 24 * 3600,
  dependsOn: [],
  limits: {},
  judge({ reading: { required, packages } }): Finding[] {
    const subject = "";
    if (!required) return [{ subject, status: "ok", message: "No update waits for a reboot." }];
    const because = packages.length === 0 ? "" : ` (${packages.join(", ")})`;
    const hint = "Drain the node (`bdap nodes drain`), reboot it, and resume it.";
    return [{ subject, status: "problem", message: `Updates${because} wait for a reboot.`, hint }];
  },
};
