import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LabState, labDown, labUp, loadLabProfile, withOverrides } from "#installer/lab/lab.ts";
import { missingCredentials } from "#installer/phases/make-credentials/credentials.ts";
import { systemClock } from "#inventory/kernel/clock.ts";
import { openSite } from "#inventory/site-directory/site-directory.ts";
import { type AppliedRun, EngineSite, leaks, shownChanges, statuses, tokensIn } from "./engine-site.ts";

const NAME = "engines";
const SUBNET = "10.84.0.0/24";

async function freshLab(): Promise<LabState> {
  await labDown(NAME);
  return labUp(withOverrides(await loadLabProfile("tiny"), { name: NAME, subnet: SUBNET }));
}

/** Units that failed to start when the lab booted (the machine's share of inotify may be used up) are no part of this. */
async function forgetBootTrouble(site: EngineSite): Promise<void> {
  for (const { name } of site.lab.hosts) await site.run(name, "systemctl reset-failed");
}

/** Everything of the hosts that a prediction might have changed. */
async function hostStates(site: EngineSite): Promise<string[]> {
  const read = `find /etc /opt /usr/local /root -xdev ! -path '/root/.ansible*' -printf '%p %m %u %g %l\\n' | sort
find /etc /opt /usr/local -xdev -type f -print0 | sort -z | xargs -0 sha256sum
dpkg-query -W -f '\${Package} \${Version} \${Status}\\n'
systemctl list-unit-files --no-legend --no-pager | awk '$2 != "transient" { print $1, $2 }'
for unit in ssh chrony nftables bdap-firewall bdap-agent systemd-journald; do systemctl show -p ActiveState -p InvocationID $unit; done
getent passwd; hostname; sysctl -a 2>/dev/null | grep '^net.ipv4.conf'; { nft list ruleset || true; } 2>&1`;
  return Promise.all(site.lab.hosts.map(({ name }) => site.run(name, read)));
}

/** Hashes of the join tokens that the control plane made. */
async function tokenHashes(site: EngineSite, host: string): Promise<Set<string>> {
  const text = await site.run(host, "grep -rohE '[0-9a-f]{64}' /var/lib/bdap-control-plane || true");
  return new Set(text.split("\n").filter((line) => line !== ""));
}

/** Files of a host written by the run that hold one of the texts: `path mode`. */
async function filesWith(site: EngineSite, host: string, texts: readonly string[]): Promise<string[]> {
  const patterns = Buffer.from(`${texts.join("\n")}\n`).toString("base64");
  const search = `umask 077; p=$(mktemp -p /run); echo ${patterns} | base64 -d >$p
find / /tmp /run /dev/shm -xdev -type f -newer /etc/machine-id ! -path $p -size -64M -print0 | xargs -0 grep -lF -f $p -- 2>/dev/null | sort -u | xargs -r stat -c '%n %a %U'; rm $p`;
  return (await site.run(host, search))
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

async function expectNothingTold(site: EngineSite, run: AppliedRun, more: ReadonlyMap<string, string> = new Map()) {
  const secrets = new Map([...(await site.keys()), ...more]);
  expect(secrets.size).toBeGreaterThanOrEqual(3);
  const places = new Map([
    ...[...run.watched.commandLines].map((line) => [`the command line ${line}`, line] as const),
    ...run.watched.readableFiles,
    ...(await site.files()),
    ["the command's output", run.output],
  ]);
  expect(run.watched.commandLines.size).toBeGreaterThan(20);
  expect(leaks(secrets, places)).toEqual([]);
  const hashes = await tokenHashes(site, "one");
  expect(hashes.size).toBeGreaterThan(0);
  expect(tokensIn(hashes, places.values())).toEqual([]);
  const telling = [...secrets.values()].flatMap((text) =>
    text.split("\n").filter((line) => /^[\w+/=-]{12,}$/.test(line)),
  );
  for (const { name } of site.lab.hosts)
    expect(await filesWith(site, name, telling)).toEqual(
      name === "one"
        ? [
            "/etc/bdap/control-plane/authority.key 400 bdap-control-plane",
            "/etc/bdap/control-plane/server.key 400 bdap-control-plane",
          ]
        : [],
    );
}

function expectWhole(run: AppliedRun, changed: boolean): void {
  const wrong = run.results.filter(({ status }) => !["ok", "changed", "skipped"].includes(status));
  expect({ wrong, warnings: run.warnings, problems: run.end.problems, hosts: run.end.hosts }).toMatchObject({
    wrong: [],
    warnings: [],
    problems: [],
  });
  expect(run.end).toMatchObject({ exitCode: 0, changed });
}

afterAll(() => labDown(NAME));

describe("natively first", () => {
  let site: EngineSite;

  beforeAll(async () => {
    site = await EngineSite.prepare(await freshLab(), { user: "root" });
    await forgetBootTrouble(site);
  });
  afterAll(() => site?.remove());

  it("a prediction on blank hosts changes nothing and shows the same under both engines", async () => {
    const directory = openSite(site.path);
    const plan = await directory.readPlan();
    if (plan === undefined) throw new Error("nothing is planned");
    // Made beforehand, else each prediction shows certificates of its own.
    await directory.vault.set(await missingCredentials(new Map(), plan, systemClock));
    const before = { hosts: await hostStates(site), files: await site.files() };
    const native = await site.apply("native", "--check", "--diff");
    expect({ hosts: await hostStates(site), files: await site.files() }).toEqual(before);
    const ansible = await site.apply("ansible", "--check", "--diff");
    expect({ hosts: await hostStates(site), files: await site.files() }).toEqual(before);
    expectWhole(native, true);
    expectWhole(ansible, true);
    expect(statuses(native)).toEqual(statuses(ansible));
    expect(shownChanges(native)).toEqual(shownChanges(ansible));
    expect(Object.keys(shownChanges(native)).length).toBeGreaterThan(20);
  });

  it("applied natively, ansible-playbook finds nothing to change and reports the same of every task", async () => {
    const first = await site.apply("native");
    expectWhole(first, true);
    await expectNothingTold(site, first);
    const ansible = await site.apply("ansible");
    expectWhole(ansible, false);
    const native = await site.apply("native");
    expectWhole(native, false);
    expect(statuses(native)).toEqual(statuses(ansible));
  });
});

describe("under ansible-playbook first, as a user whose sudo asks for a password", () => {
  let site: EngineSite;
  let password: string;

  beforeAll(async () => {
    const lab = await freshLab();
    password = (await readFile(lab.adminPasswordFile, "utf8")).trim();
    site = await EngineSite.prepare(lab, { user: "admin", sudoPasswordFile: lab.adminPasswordFile });
    await forgetBootTrouble(site);
  });
  afterAll(() => site?.remove());

  it("nothing is left to change natively, and no secret was told on the way", async () => {
    const ansible = await site.apply("ansible");
    expectWhole(ansible, true);
    await expectNothingTold(site, ansible, new Map([["sudo password", password]]));
    const again = await site.apply("ansible");
    expectWhole(again, false);
    const native = await site.apply("native");
    expectWhole(native, false);
    expect(statuses(native)).toEqual(statuses(again));
  });
});

describe("natively as another user than root", () => {
  let lab: LabState;

  beforeAll(async () => {
    lab = await freshLab();
  });

  it.each([
    ["admin", "one"],
    ["ops", "two"],
  ])("%s applies the whole site on %s, and nothing is left to do", async (user, host) => {
    const sudo = user === "admin" ? { sudoPasswordFile: lab.adminPasswordFile } : {};
    const site = await EngineSite.prepare(lab, { user, ...sudo }, [host]);
    try {
      await forgetBootTrouble(site);
      expectWhole(await site.apply("native"), true);
      expectWhole(await site.apply("native"), false);
    } finally {
      await site.remove();
    }
  });
});
