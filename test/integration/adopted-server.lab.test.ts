import { afterAll, beforeAll, expect, test } from "vitest";
import { LabSite } from "../e2e/lab-site.ts";

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.boot({
    name: "adopted-test",
    subnet: "10.87.0.0/24",
    hosts: [
      { name: "old", os: "trixie", memory: "1G" },
      { name: "new", os: "bookworm", memory: "1G" },
    ],
  });
  // What makes a server adopted (an agent of someone else's), a service of its own, and files that others look after too.
  await site.run(
    "old",
    `set -e
    mkdir -p /etc/puppetlabs/puppet /etc/chrony /etc/systemd/journald.conf.d
    touch /etc/puppetlabs/puppet/puppet.conf
    printf '[Unit]\\n[Service]\\nExecStart=/usr/bin/python3 -m http.server 8080 --directory /srv\\n[Install]\\nWantedBy=multi-user.target\\n' > /etc/systemd/system/old-web.service
    systemctl enable --now old-web.service
    hostnamectl set-hostname old.example.org
    printf '127.0.1.1 old.example.org old\\n127.0.1.1 alias.example.org\\n10.1.2.3 licence.example.org licence\\n' >> /etc/hosts
    echo '# time of our own' > /etc/chrony/chrony.conf`,
  );
  await site.answer();
  expect((await site.bdap("probe")).exitCode).toBe(0);
  expect((await site.bdap("plan")).exitCode).toBe(0);
  const { end } = await site.apply("--tags", "names,packages,time,administrators,access");
  expect(end.hosts["old"]?.status, JSON.stringify(end.hosts["old"])).toBe("changed");
});
afterAll(() => site?.remove());

test("what an adopted server served is still served", async () => {
  expect(await site.run("old", "cat /etc/bdap/firewall.nft")).toMatch(/tcp dport 8080 accept comment "kept/);
  const fetch = `python3 -c "import urllib.request as u; print(u.urlopen('http://old:8080', timeout=5).status)"`;
  expect(await site.run("new", fetch)).toBe("200");
});

test("its own names and time settings are not lost, and its name leads to it", async () => {
  expect(await site.run("old", "cat /etc/hosts")).toContain("10.1.2.3 licence.example.org licence");
  expect(await site.run("old", "cat /etc/hosts")).toContain("127.0.1.1 alias.example.org");
  const address = site.lab.hosts.find((host) => host.name === "old")?.address;
  expect(await site.run("old", "getent ahostsv4 old | cut -d' ' -f1 | sort -u")).toBe(address);
  expect(await site.run("old", "hostname")).toBe("old.example.org");
  expect(await site.run("old", "cat /etc/chrony/chrony.conf.*~")).toContain("# time of our own");
});

test("a second apply changes nothing", async () => {
  const { end } = await site.apply("--tags", "names,packages,time,administrators,access");
  expect(end.hosts["old"]).toMatchObject({ status: "done", changes: 0 });
});

test("settings that would pass over where a server keeps its keys are not put on it", async () => {
  await site.run(
    "new",
    `set -e
    mkdir -p /etc/ssh/keys
    cp /root/.ssh/authorized_keys /etc/ssh/keys/root
    echo 'AuthorizedKeysFile /etc/ssh/keys/%u' > /etc/ssh/sshd_config.d/50-own.conf
    rm /etc/ssh/sshd_config.d/10-bdap.conf
    systemctl reload ssh`,
  );
  const { end } = await site.apply("--limit", "new", "--tags", "access");
  expect(end.hosts["new"]).toMatchObject({
    status: "failed",
    cause: { message: expect.stringContaining("AuthorizedKeysFile") },
  });
  expect(await site.run("new", "ls /etc/ssh/sshd_config.d")).toBe("50-own.conf");
});
