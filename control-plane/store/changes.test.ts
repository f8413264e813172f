import { expect, test } from "vitest";
import { recordJoin, recordRenewal, revokeCertificates, revokeSerial } from "./changes.ts";
import { emptyState } from "./state.ts";

const HOUR = 3600_000;
const why = { reason: "lost", by: "ada", now: 0 };
const joined = recordJoin(
  emptyState,
  { node: "cpu1", machineId: "m", certificate: { serial: "a", notAfter: HOUR } },
  why,
);
const renewal = { node: "cpu1", presented: "a", certificate: { serial: "b", notAfter: 2 * HOUR } };

test("a renewal adds a certificate", () => {
  expect(recordRenewal(joined, renewal, 0).identities[0]?.certificates.map(({ serial }) => serial)).toEqual(["a", "b"]);
});

test("a renewal that a revocation overtook adds none", () => {
  for (const revoked of [revokeCertificates(joined, "cpu1", why), revokeSerial(joined, "a", HOUR, why)]) {
    expect(recordRenewal(revoked, renewal, 0)).toBe(revoked);
  }
  expect(recordRenewal(joined, { ...renewal, presented: "foreign" }, 0)).toBe(joined);
});
