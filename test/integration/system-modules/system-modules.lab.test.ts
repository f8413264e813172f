import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LabState, labDown, labUp } from "#installer/lab/lab.ts";
import { oracle } from "../../tooling/oracle.ts";
import { casesIn, recordCases } from "../comparing/case-count.ts";
import { differing, unlike } from "../comparing/comparable.ts";
import { type Twin, TwinHosts } from "./twin-hosts.ts";

const NAME = "system-modules-test";
const PLAYBOOKS = join(import.meta.dirname, "playbooks");
const playbooks = (await readdir(PLAYBOOKS)).filter((name) => name.endsWith(".yml")).sort();

/** What must be the same on both hosts at the end, whatever the modules said. */
const STATE = `dpkg-query -W -f '\${Package} \${Version} \${db:Status-Abbrev}\\n'
getent passwd; getent group; cut -d: -f1,3-8 /etc/shadow
apt-mark showmanual; dpkg --get-selections
find /etc /usr/local /srv /home -xdev -not -name '*-' -not -path '*/ssl/certs/*' -printf '%p %y %m %u %g %l\\n' | grep -v ' /etc/ssh/ssh_host' | sort
systemctl list-unit-files --no-legend --plain; systemctl list-units --no-legend --plain --type service --state active
`;

let lab: LabState;
let hosts: TwinHosts;
let twins: readonly [Twin, Twin];
let cases = 0;

beforeAll(async () => {
  lab = await labUp({
    name: NAME,
    subnet: "10.82.9.0/24",
    hosts: [
      { name: "original", os: "trixie", memory: "1G" },
      { name: "native", os: "trixie", memory: "1G" },
    ],
  });
  hosts = await TwinHosts.of(lab, await oracle());
  const [original, native] = lab.hosts;
  if (original === undefined || native === undefined) throw new Error("the lab has two hosts");
  twins = [
    { engine: "ansible", host: original },
    { engine: "native", host: native },
  ];
  // Both are the same host, so that nothing a module says differs by the name.
  const rename = "hostnamectl set-hostname node; sed -i 's/^127.0.1.1.*/127.0.1.1 node/' /etc/hosts; apt-get -q update";
  for (const twin of twins) await hosts.ask(twin, rename);
});

afterAll(async () => {
  await recordCases(NAME, cases);
  await labDown(NAME);
});

describe("modules about the system, under both engines on hosts that are alike", () => {
  test.each(playbooks)("%s: each task ends alike, and so do the hosts", async (name) => {
    const playbook = join(PLAYBOOKS, name);
    const [theirs, ours] = await Promise.all(twins.map((twin) => hosts.play(twin, playbook)));
    expect(differing(theirs ?? [], ours ?? [])).toEqual([]);
    cases += casesIn((theirs ?? []).map((told) => told.result));
    const [there, here] = await Promise.all(twins.map((twin) => hosts.ask(twin, STATE)));
    expect(unlike(there ?? "", here ?? "")).toEqual([]);
  });
});
