import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSite, type SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { parseRules, siteRules } from "../classify-servers/rules.ts";
import { drawPlan } from "./draw-plan.ts";
import { planDifferences } from "./plan-differences.ts";
import { refusalsOf, type StepTemplate } from "./plan-site.ts";
import { planText } from "./plan-text.ts";

const packageRoot = join(import.meta.dirname, "..", "..", "..");
const steps: StepTemplate[] = [
  {
    name: "provision-baseline",
    title: "Baseline on every node",
    destructive: false,
    secondsPerHost: 40,
    nodes: (plan) => plan.nodes.map((node) => node.name),
  },
];
let folder: string;
let site: SiteDirectory;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-example-"));
  await cp(join(packageRoot, "inventory/examples/three-racks"), folder, { recursive: true });
  site = openSite(folder);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

it("plans three racks: what every server becomes, and why", async () => {
  const plan = await drawPlan(site, { packageRoot, steps });
  expect(
    Object.fromEntries(plan.verdicts.map(({ server, roles, reasons }) => [server, `${roles}: ${reasons[0]?.words}`])),
  ).toEqual({
    "ceph-old": "storage: room for many disks, but 11 used disks of 8 TB: kept as they are",
    cn01: "cpu: 64 cores with 12 GB of memory each, few disks",
    cn02: "cpu,service: ada decided: carries the monitoring of the old site until summer",
    gn01: "gpu: 2 NVIDIA L40S",
    st01: "storage: 12 empty disks of 8 TB",
    st02: "storage: 10 empty disks of 8 TB",
    st03: "storage: 10 empty disks of 8 TB",
    sv01: "service: a small server: 8 cores, 64 GB of memory, 0 data disks",
    sv02: "service: a small server: 8 cores, 128 GB of memory, 0 data disks",
  });
  expect(plan.verdicts.find((one) => one.server === "ceph-old")?.adopted).toBe(true);
  expect(plan.services.find((one) => one.name === "control-plane")?.nodes).toEqual(["sv02"]);
  expect(plan.disks.map((disk) => disk.host).filter((host) => host === "ceph-old")).toEqual([]);
  expect(plan.disks.filter((disk) => disk.wipe).map((disk) => [disk.serial, disk.destroys])).toEqual([
    ["ZA205", ['xfs "archive-2019" on /dev/sde1', "1 partition"]],
  ]);
  expect(plan.capacity).toMatchObject({
    rawBytes: 264e12,
    netBytes: 132e12,
    cores: 192,
    gpus: 2,
    memoryGigabytesPerCore: 12,
  });
  expect(refusalsOf(plan)).toEqual([]);
  expect(plan.findings.map((one) => one.code)).toEqual([
    "PLAN_ADOPTED",
    "PLAN_DISK_NOT_EMPTY",
    "PLAN_DISK_WIPED",
    "PLAN_HOST_NOT_PROBED",
    "PROBE_CLOCK_SKEW",
    "PROBE_MTU_MISMATCH",
  ]);
});

it("shows the plan in 80 columns, every serial of a disk to be used in it", async () => {
  const plan = await drawPlan(site, { packageRoot, steps });
  const lines = planText(plan);
  expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
  const words = new Set(lines.join(" ").split(/\s+/));
  expect(plan.disks.filter((disk) => !words.has(disk.serial))).toEqual([]);
  expect(lines.at(-1)).toBe("apply does it.");
});

it("is the same plan every time, and differs from the applied one only in what changed", async () => {
  const plan = await drawPlan(site, { packageRoot, steps });
  await site.writeApplied(plan);
  const again = await drawPlan(site, { packageRoot, steps });
  expect(planDifferences(plan, again)).toEqual([]);
  await rm(join(site.paths.facts, "10.20.2.31.json"));
  const less = await drawPlan(site, { packageRoot, steps });
  expect(planDifferences(plan, less).map(({ sign, what, name }) => `${sign} ${what} ${name}`.trim())).toEqual([
    "- node gn01",
    "~ service agent",
    "~ capacity",
  ]);
  expect(planDifferences(undefined, plan).every((one) => one.sign === "+" || one.what === "capacity")).toBe(true);
});

it("writes nothing while it plans", async () => {
  await drawPlan(site, { packageRoot, steps });
  expect(await site.readPlan()).toBeUndefined();
  expect(await site.readLock()).toBeUndefined();
});

it("lets a site's rules replace and add to ours, and says when they are not there", async () => {
  const answers = await site.readAnswers();
  const ours = parseRules(
    await readFile(join(packageRoot, "installer/phases/classify-servers/rules.yml"), "utf8"),
    "ours",
  );
  expect((await siteRules(site, answers, packageRoot)).rules).toEqual(ours.rules);
  await cp(join(import.meta.dirname, "cases/own-rules.yml"), site.paths.rules);
  const merged = await siteRules(site, answers, packageRoot);
  expect(merged.rules).toHaveLength(ours.rules.length + 1);
  const plan = await drawPlan(site, { packageRoot, steps });
  expect(plan.verdicts.find((one) => one.server === "st01")?.reasons[0]).toEqual({
    rule: "many-empty-disks",
    words: "our rule: 12 disks",
  });
  await expect(siteRules(site, { ...answers, rules: "nowhere.yml" }, packageRoot)).rejects.toMatchObject({
    code: "INSTALLER_RULES_MISSING",
  });
});
