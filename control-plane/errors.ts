import { ApplianceError } from "#inventory/kernel/errors.ts";

export function alreadyRunning(directory: string): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_ALREADY_RUNNING",
    kind: "environment",
    message: `Another control plane is using ${directory}.`,
    hint: "Stop it first: systemctl stop bdap-control-plane. Two on one state would overwrite each other.",
    context: { directory },
  });
}

export function stateUnreadable(directory: string, problems: readonly string[]): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_UNREADABLE",
    kind: "environment",
    message: `No copy of the state in ${directory} is whole: ${problems.join("; ")}.`,
    hint: "Restore state-*.json from a backup, or move the directory aside and run `bdap apply` to begin anew: every node then joins again.",
    state: "Nothing was changed; the damaged files are where they were.",
    context: { directory, problems },
  });
}

export function stateMissing(directory: string): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_MISSING",
    kind: "environment",
    message: `${directory} holds events of earlier runs but no state.`,
    hint: "Restore state-*.json from a backup, or move the directory aside and run `bdap apply` to begin anew: every node then joins again.",
    context: { directory },
  });
}

export function stateTooNew(name: string, version: number, known: number): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_TOO_NEW",
    kind: "environment",
    message: `${name} was written by a newer release (schema ${version}; this one knows ${known}).`,
    hint: "Start the newer release again, or restore a backup made by this one.",
    context: { name, version, known },
  });
}

export function stateNotWritten(cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_NOT_WRITTEN",
    kind: "environment",
    message: `The change could not be stored: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "Free space on the control-plane host's disk and repeat the request; heartbeats and reads go on meanwhile.",
    state: "The change was not made.",
    cause,
  });
}

export function stateFailed(cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_STATE_FAILED",
    kind: "environment",
    message: `The disk did not confirm a write: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "The control plane restarts from its last good copy. Look at the disk: journalctl -k.",
    state: "Whether the change was stored is unknown until the restart; look before repeating it.",
    cause,
  });
}
