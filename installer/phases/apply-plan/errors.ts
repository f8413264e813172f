import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { Phase } from "../phase.ts";

/** Why a phase could not start. */
export function phaseBlocked(phase: Phase, by: readonly string[]): ErrorRecord {
  const because = by.length > 0 ? `${by.join(", ")} did not succeed everywhere` : "none of its hosts is left";
  return {
    code: "INSTALLER_PHASE_BLOCKED",
    kind: "environment",
    message: `"${phase.title}" was not begun: ${because}.`,
    hint: "Correct the failures above it, then run bdap apply again: it goes on from there.",
    context: { phase: phase.name, by },
  };
}
