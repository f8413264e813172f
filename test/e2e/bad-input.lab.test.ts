import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labDown, loadLabProfile, withOverrides } from "#installer/lab/lab.ts";
import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import { dumpYaml } from "#inventory/kernel/yaml.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import { bdap, documentOf, type Ended } from "./command.ts";
import { applied, LabSite } from "./lab-site.ts";

const NAME = "e2ebad";
const SUBNET = "10.82.5.0/24";

describe("bad input", () => {
  let site: LabSite;
  let serial: string;

  beforeAll(async () => {
    site = await LabSite.boot(withOverrides(await loadLabProfile("tiny"), { name: NAME, subnet: SUBNET }));
    await site.answer();
    for (const step of ["probe", "plan"]) expect((await site.bdap(step)).exitCode).toBe(0);
    serial = site.lab.hosts[0]?.disks.find((disk) => disk.signature === "ext4")?.serial ?? "";
    expect(serial).not.toBe("");
  });

  afterAll(async () => {
    await site?.remove();
    await labDown(NAME);
  });

  const errorOf = (ended: Ended) => documentOf(ended)["error"] as ErrorRecord;

  /** Runs a command that must be refused: its code and exit status, a hint, and not one file of the site changed. */
  async function expectRefused(args: readonly string[], wanted: { readonly code: string; readonly exitCode: number }) {
    const before = await site.digest();
    const ended = await site.bdap(...args, "--json");
    const error = errorOf(ended);
    expect({ code: error.code, exitCode: ended.exitCode }).toEqual(wanted);
    expect(error.kind).toBe(wanted.exitCode === 1 ? "user" : "environment");
    expect(error.hint).toMatch(/\S/);
    expect(await site.digest()).toEqual(before);
    // The same for a person: the code, what to do, and no stack.
    const spoken = await site.bdap(...args);
    expect(spoken.exitCode).toBe(wanted.exitCode);
    expect(spoken.stderr).toContain(`Error ${wanted.code}: `);
    expect(spoken.stderr).toMatch(/Do:\s+\S/);
    expect(spoken.stderr).not.toMatch(/^\s+at /m);
    return error;
  }

  it("an unknown command or flag is refused with where to look", async () => {
    const unknown = await bdap("polish");
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toMatch(/Error INSTALLER_USAGE: .*polish[\s\S]*Do:\s+\S/);
    await expectRefused(["apply", "--hard"], { code: "INSTALLER_USAGE", exitCode: 1 });
    await expectRefused(["nodes", "show"], { code: "INSTALLER_USAGE", exitCode: 1 });
  });

  it("an unknown host or role in --limit is refused with the ones there are", async () => {
    const error = await expectRefused(["apply", "--limit", "three"], {
      code: "INSTALLER_NO_HOST_SELECTED",
      exitCode: 1,
    });
    expect(error.hint).toContain("one, two");
    await expectRefused(["apply", "--limit", "quantum"], { code: "INSTALLER_NO_HOST_SELECTED", exitCode: 1 });
  });

  it("an unknown host among good ones in --limit is refused too", async () => {
    const error = await expectRefused(["apply", "--limit", "one,three"], {
      code: "INSTALLER_NO_HOST_SELECTED",
      exitCode: 1,
    });
    expect(error.message).toContain("three");
  });

  it("a range of a million hosts is refused before anything is expanded", async () => {
    await expectRefused(["probe", "10.0.0.0/12"], { code: "INVENTORY_RANGE_TOO_LARGE", exitCode: 1 });
    await expectRefused(["probe", "node[000000-999999]"], { code: "INVENTORY_RANGE_TOO_LARGE", exitCode: 1 });
  });

  it("asking a site that has no control plane says what makes one", async () => {
    const error = await expectRefused(["status"], { code: "INSTALLER_NO_CONTROL_PLANE", exitCode: 1 });
    expect(error.hint).toContain("bdap apply");
  });

  describe("in site.yml", () => {
    let good: string;

    beforeAll(async () => {
      good = await readFile(join(site.path, "site.yml"), "utf8");
    });

    const write = (text: string) => writeFile(join(site.path, "site.yml"), text, { mode: 0o600 });
    const withAnswers = async <T>(more: Readonly<Record<string, unknown>>, then: () => Promise<T>): Promise<T> => {
      await site.answer(more);
      try {
        return await then();
      } finally {
        await write(good);
      }
    };

    it("what cannot be parsed is refused with line and column", async () => {
      await write(`${good}time: [unclosed\nrules: x\n`);
      const lines = good.split("\n").length;
      for (const command of ["probe", "plan", "apply"]) {
        const error = await expectRefused([command], { code: "KERNEL_YAML_UNPARSABLE", exitCode: 1 });
        expect(error.message).toMatch(
          new RegExp(`site\\.yml:(${lines}|${lines + 1}):\\d+|line (${lines}|${lines + 1}).*column \\d+`),
        );
      }
      await write(good);
    });

    it("a role that does not exist is refused with its line and the roles there are", async () => {
      const override = { server: "one", roles: ["quantum"], by: "ada", why: "to see" };
      await withAnswers({ overrides: [override] }, async () => {
        const error = await expectRefused(["plan"], { code: "INVENTORY_SITE_INVALID", exitCode: 1 });
        expect(error.message).toMatch(/overrides.*roles/);
        expect(error.message).toMatch(/line \d+|:\d+:\d+/);
      });
    });

    it("a key file that is not there, or is no key, is refused by name", async () => {
      await withAnswers({ access: { user: "root", keyFile: "keys/none" } }, async () => {
        const error = await expectRefused(["probe"], { code: "INSTALLER_KEY_FILE_MISSING", exitCode: 1 });
        expect(error.message).toContain("keys/none");
      });
      await withAnswers({ access: { user: "root", keyFile: "site.yml" } }, async () => {
        await expectRefused(["probe"], { code: "INSTALLER_KEY_FILE_INVALID", exitCode: 1 });
      });
    });

    /** Plans into plan.json and gives the plan's refusals; an apply of it is refused as well and touches no host. */
    async function refusalsOfPlan() {
      const before = await site.hostDigests();
      const ended = await site.bdap("plan", "--json");
      expect(ended.exitCode).toBe(1);
      const plan = documentOf(ended) as unknown as Plan;
      const error = await expectRefused(["apply"], { code: "INSTALLER_PLAN_REFUSED", exitCode: 1 });
      const refusals = plan.findings.filter((finding) => finding.severity === "refusal");
      for (const { code, hint } of refusals) {
        expect(hint).toMatch(/\S/);
        expect(error.message).toContain(code);
      }
      expect(await site.hostDigests()).toEqual(before);
      return refusals.map((refusal) => refusal.code);
    }

    it("a disk serial that is not there refuses the plan", async () => {
      const phrase = "wipe NOSUCHDISK on one";
      await withAnswers({ disks: { wipe: [{ server: "one", serial: "NOSUCHDISK", phrase }] } }, async () => {
        expect(await refusalsOfPlan()).toContain("PLAN_DISK_UNKNOWN_SERIAL");
      });
    });

    it("a wipe with the wrong phrase refuses the plan, and the disk keeps what is on it", async () => {
      const disk = `/dev/disk/by-id/bdap-lab-${serial}`;
      const before = await site.run("one", `sha256sum < ${disk}`);
      const wipe = { server: "one", serial, phrase: `wipe ${serial} on two` };
      await withAnswers({ disks: { wipe: [wipe] } }, async () => {
        expect(await refusalsOfPlan()).toContain("PLAN_WIPE_PHRASE");
      });
      expect(await site.run("one", `sha256sum < ${disk}`)).toBe(before);
    });

    it("a wrong key is refused by every host, each with its cause, and nothing changes there", async () => {
      await promisify(execFile)("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(site.path, "wrong")]);
      expect((await site.bdap("plan")).exitCode).toBe(0);
      const before = await site.hostDigests();
      await withAnswers({ access: { user: "root", keyFile: "wrong" } }, async () => {
        const probe = await site.bdap("probe", "--json");
        expect(probe.exitCode).toBe(3);
        const { servers } = documentOf(probe) as unknown as { servers: { status: string; error: ErrorRecord }[] };
        expect(servers.map(({ status, error }) => [status, error.code])).toEqual([
          ["failed", "PLAYBOOKS_LOGIN_REFUSED"],
          ["failed", "PLAYBOOKS_LOGIN_REFUSED"],
        ]);
        const { end, ended } = await site.apply();
        expect(ended.exitCode).toBe(3);
        for (const host of ["one", "two"]) {
          const cause = end.hosts[host]?.cause;
          expect(cause).toMatchObject({ code: "PLAYBOOKS_LOGIN_REFUSED", hint: expect.stringMatching(/\S/) });
        }
      });
      expect(await site.hostDigests()).toEqual(before);
    });

    it("a wrong sudo password is said to be that, is not shown, and nothing changes", async () => {
      const secret = "not-the-password-7153";
      // A site of its own: who logs in is part of what the probe of a server found out.
      const other = join(site.path, "other");
      const admin = { user: "admin", keyFile: site.lab.keyFile, sudoPasswordFile: "sudo-password" };
      const servers = site.lab.hosts.map((host) => host.address);
      await mkdir(other, { mode: 0o700 });
      const password = (text: string) => writeFile(join(other, "sudo-password"), text, { mode: 0o600 });
      await password(await readFile(site.lab.adminPasswordFile, "utf8"));
      await writeFile(join(other, "site.yml"), dumpYaml({ site: "other", servers, access: admin }), { mode: 0o600 });
      const before = await site.hostDigests();
      for (const step of ["probe", "plan"]) expect((await bdap(step, "--site", other)).exitCode).toBe(0);
      await password(`${secret}\n`);
      const probe = await bdap("probe", "--json", "--site", other);
      expect(probe.exitCode).toBe(3);
      const { servers: rows } = documentOf(probe) as unknown as { servers: { error?: ErrorRecord }[] };
      expect(rows.map(({ error }) => error?.code)).toEqual(["PLAYBOOKS_BECOME_REFUSED", "PLAYBOOKS_BECOME_REFUSED"]);
      const ended = await bdap("apply", "--json", "--site", other);
      expect(ended.exitCode).toBe(3);
      const { end } = applied(ended);
      for (const host of ["one", "two"]) {
        const cause = end.hosts[host]?.cause;
        expect(cause).toMatchObject({ code: "PLAYBOOKS_BECOME_REFUSED", hint: expect.stringMatching(/\S/) });
      }
      expect(ended.stdout + ended.stderr).not.toContain(secret);
      expect(await readFile(join(other, "journal.jsonl"), "utf8")).not.toContain(secret);
      expect(await site.hostDigests()).toEqual(before);
    });

    it("a host that shows another host key is left alone, the other one is not", async () => {
      expect((await site.bdap("plan")).exitCode).toBe(0);
      const path = join(site.path, "known_hosts");
      const pinned = await readFile(path, "utf8");
      const [one = "", two = ""] = pinned.trim().split("\n");
      // The first host's line with the second host's key.
      const swapped = [one.split(" ")[0], ...two.split(" ").slice(1)].join(" ");
      expect(swapped).not.toBe(one);
      await writeFile(path, `${swapped}\n${two}\n`);
      const probe = await site.bdap("probe", "--json");
      expect(probe.exitCode).toBe(3);
      const { servers } = documentOf(probe) as unknown as { servers: { status: string; error?: ErrorRecord }[] };
      expect(servers.map(({ status, error }) => [status, error?.code])).toEqual(
        expect.arrayContaining([
          ["failed", "PLAYBOOKS_HOST_KEY_CHANGED"],
          ["read", undefined],
        ]),
      );
      await writeFile(path, pinned);
    });
  });
});
