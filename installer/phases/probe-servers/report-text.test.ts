import { expect, test } from "vitest";
import type { ProbeReport } from "./probe-site.ts";
import { eventLine, reportText } from "./report-text.ts";

const summary = {
  host: "10.0.0.1",
  address: "10.0.0.1",
  hostname: "evil\u001b[2Jname\r\n",
  os: "Debian GNU/Linux 13 (trixie)",
  cores: 32,
  memoryBytes: 256 * 2 ** 30,
  emptyDisks: 11,
  disks: 12,
  gpus: null,
  interfaces: 4,
  hostKey: "SHA256:x",
  milliseconds: 700,
  unprivileged: null,
};
const error = {
  code: "PLAYBOOKS_HOST_UNREACHABLE",
  kind: "environment" as const,
  message: "10.0.0.2 cannot be reached",
  hint: "Check the cable.",
};
const report: ProbeReport = {
  at: "2026-01-01T00:00:00.000Z",
  servers: [
    { status: "read", ...summary },
    { status: "failed", host: "10.0.0.2", address: "10.0.0.2", error },
    { status: "failed", host: "10.0.0.3", address: "10.0.0.3", error },
  ],
  findings: [{ code: "PROBE_CLOCK_SKEW", severity: "warning", message: "a is late", hint: "Set it.", hosts: ["a"] }],
  reachability: null,
};

test("a row for each server, each cause's remedy once, the findings, and nothing a terminal obeys", () => {
  const lines = reportText(report);
  expect(lines.slice(0, 4)).toEqual([
    "HOST      ADDRESS   NAME            SYSTEM                        CORES  RAM      EMPTY/DISKS  GPUS  NICS  CAUSE",
    "10.0.0.1  10.0.0.1  evil?[2Jname??  Debian GNU/Linux 13 (trixie)  32     256 GiB  11/12        ?     4",
    "10.0.0.2  10.0.0.2  -               -                             -      -        -            -     -     PLAYBOOKS_HOST_UNREACHABLE: 10.0.0.2 cannot be reached",
    "10.0.0.3  10.0.0.3  -               -                             -      -        -            -     -     PLAYBOOKS_HOST_UNREACHABLE: 10.0.0.2 cannot be reached",
  ]);
  expect(lines.slice(4)).toEqual([
    "",
    "1 of 3 servers read.",
    "  PLAYBOOKS_HOST_UNREACHABLE: Check the cable.",
    "WARNING PROBE_CLOCK_SKEW: a is late",
    "  Do: Set it.",
  ]);
});

test("a pinned key's fingerprint is shown with where it belongs", () => {
  const pinned = {
    type: "host-key-pinned" as const,
    address: "10.0.0.1",
    keyType: "ssh-ed25519",
    fingerprint: "SHA256:abc",
  };
  expect(eventLine({ ...pinned, port: 22 })).toBe("New host key of 10.0.0.1: SHA256:abc (ssh-ed25519)");
  expect(eventLine({ ...pinned, port: 2222 })).toBe("New host key of 10.0.0.1 port 2222: SHA256:abc (ssh-ed25519)");
});
