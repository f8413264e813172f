import { type RemoteMount, remoteMounts } from "../../collectors/remote-mounts/collector.ts";
import type { Check, Finding } from "../check.ts";

/** A network or FUSE mount does not answer: whatever touches it hangs or fails. */
export const staleMount: Check<readonly RemoteMount[], never, undefined> = {
  name: "stale-mount",
  title: "Network and FUSE mounts answer",
  reads: remoteMounts,
  codes: ["AGENT_MOUNT_STALE"],
  severity: "critical",
  toleranceSeconds: 30,
  dependsOn: ["link-state"],
  limits: {},
  judge({ reading }): Finding[] {
    if (reading.length === 0) return [{ subject: "", status: "ok", message: "There are no network or FUSE mounts." }];
    return reading.map(judgeOne);
  },
};

function judgeOne({ mountpoint: subject, type, source, state, reason }: RemoteMount): Finding {
  if (state === "answers") return { subject, status: "ok", message: `${subject} (${type}) answers.` };
  if (state === "closed") {
    return { subject, status: "ok", message: `${subject} (${type}) is private to another user and not judged.` };
  }
  const message = `${subject} (${type} of ${source}) is stale: ${reason.replace(/\.$/, "")}.`;
  const hint = `See that the server behind it runs and is reached; then \`umount --lazy ${subject}\` and mount it again.`;
  return { subject, status: "problem", message, hint };
}
