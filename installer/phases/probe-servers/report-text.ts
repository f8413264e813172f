import type { Finding } from "#inventory/schema/plan.ts";
import type { ProbeEvent } from "./events.ts";
import type { ProbeReport, ProbeRow } from "./probe-site.ts";

/** One line for an event, for people; undefined for what is not worth a line. */
export function eventLine(event: ProbeEvent): string | undefined {
  switch (event.type) {
    case "sweeping":
      return `Looking for SSH at ${event.addresses.toLocaleString("en")} addresses`;
    case "swept":
      return `${event.open} of ${event.addresses.toLocaleString("en")} addresses answer`;
    case "host-key-pinned":
      return `New host key of ${event.address}${event.port === 22 ? "" : ` port ${event.port}`}: ${event.fingerprint} (${event.keyType})`;
    case "key-installed":
      return printable(
        `${event.host}: the public key of ${event.user} ${event.already ? "was installed already" : "was installed"}`,
      );
    case "read":
      return printable(
        `[${event.done}/${event.total}] ${event.host} read in ${(event.summary.milliseconds / 1000).toFixed(1)} s`,
      );
    case "failed":
      return printable(
        `[${event.done}/${event.total}] ${event.host} FAILED ${event.error.code}: ${event.error.message}`,
      );
    case "comparing":
      return `Trying whether ${event.servers} servers reach each other`;
    case "started":
      return undefined;
  }
}

const HEADINGS = ["HOST", "ADDRESS", "NAME", "SYSTEM", "CORES", "RAM", "EMPTY/DISKS", "GPUS", "NICS", "CAUSE"];

/** The report as lines: a row for each server, why some could not be read and what to do, and the findings. */
export function reportText({ servers, findings }: ProbeReport): string[] {
  const rows = [HEADINGS, ...servers.map(cellsOf)].map((cells) => cells.map(printable));
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? "").length)));
  const table = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const failed = servers.filter((row) => row.status === "failed");
  const causes = [...new Map(failed.map((row) => [row.error.code, row.error.hint]))];
  const total = `${servers.length - failed.length} of ${servers.length} servers read.`;
  return [
    ...table,
    "",
    total,
    ...causes.map(([code, hint]) => printable(`  ${code}: ${hint}`)),
    ...findings.flatMap(findingLines),
  ];
}

function findingLines(finding: Finding): string[] {
  return [printable(`${finding.severity.toUpperCase()} ${finding.code}: ${finding.message}`), `  Do: ${finding.hint}`];
}

function cellsOf(row: ProbeRow): string[] {
  if (row.status === "failed") {
    return [row.host, row.address, "-", "-", "-", "-", "-", "-", "-", `${row.error.code}: ${row.error.message}`];
  }
  return [
    row.host,
    row.address,
    row.hostname ?? "?",
    row.os ?? "?",
    cell(row.cores),
    row.memoryBytes === null ? "?" : `${Math.round(row.memoryBytes / 2 ** 30)} GiB`,
    row.disks === null ? "?" : `${cell(row.emptyDisks)}/${row.disks}`,
    cell(row.gpus),
    cell(row.interfaces),
    row.unprivileged === null ? "" : `read without root: ${row.unprivileged}`,
  ];
}

function cell(value: number | null): string {
  return value === null ? "?" : String(value);
}

/** Names and messages come from servers: nothing that a terminal would obey gets through. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "?");
}
