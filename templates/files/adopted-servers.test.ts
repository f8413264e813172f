import { join } from "node:path";
import { expect, test } from "vitest";
import type { PlannedNode } from "#inventory/schema/plan.ts";
import { someAnswers, someNode, somePlan } from "#test/fakes/plan.ts";
import { createRenderer } from "../renderer/renderer.ts";
import type { Template } from "../renderer/template.ts";
import { firewall } from "./firewall/template.ts";
import { journald } from "./journald/template.ts";
import { sshd } from "./sshd/template.ts";

const KEPT: NonNullable<PlannedNode["keptPorts"]> = [
  { protocol: "tcp", port: 6789, program: "ceph-mon" },
  { protocol: "udp", port: 8472, program: "unknown program" },
];

function rendered(template: Template, adopted: boolean): string {
  const node = { ...someNode("one", "192.0.2.11"), ...(adopted ? { keptPorts: KEPT } : {}) };
  const plan = somePlan([node]);
  const [file] = createRenderer(join(import.meta.dirname)).render(template, {
    site: someAnswers,
    plan,
    node,
    services: [],
    sharesKernel: false,
    authority: "",
    extraCertificates: {},
  });
  return file?.content ?? "";
}

test("an adopted server goes on serving what it served, each port with the program that listened", () => {
  const rules = rendered(firewall, true);
  expect(rules).toContain('tcp dport 6789 accept comment "kept, served before the site: ceph-mon"');
  expect(rules).toContain('udp dport 8472 accept comment "kept, served before the site: unknown program"');
  expect(rules).toContain("meta l4proto != { tcp, udp } accept");
  expect(rendered(firewall, false)).not.toContain("kept");
});

test("whoever logs in to an adopted server with a password still can", () => {
  expect(rendered(sshd, true)).not.toContain("PasswordAuthentication");
  expect(rendered(sshd, true)).not.toContain("PermitRootLogin");
  expect(rendered(sshd, false)).toContain("PasswordAuthentication no");
});

test("nothing of what an adopted server has logged is deleted", () => {
  expect(rendered(journald, true)).not.toMatch(/MaxUse|MaxRetention|KeepFree/);
  expect(rendered(journald, false)).toContain("MaxRetentionSec=3month");
});
