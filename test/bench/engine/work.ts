import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dumpYaml } from "#inventory/kernel/yaml.ts";

/** Where the hosts keep what the work makes: a folder per tool and host, since light hosts share one file system. */
export const STATE = "/tmp/bdap-bench-engine";

const FILES = [1, 2, 3, 4, 5];
const DIRECTORIES = ["", "/a", "/b", "/c", "/a/d"];
const LINES = [1, 2, 3];

/** Text of one file, the same for every tool. */
export const fileText = (number: number) => `file ${number}\n${"setting = value\n".repeat(20)}`;

/** Twenty mixed tasks: five folders, five files, three lines, two looks, five commands. */
export function mixedTasks(): object[] {
  const root = "{{ root }}/{{ inventory_hostname }}";
  return [
    ...DIRECTORIES.map((name) => ({ file: { path: `${root}${name}`, state: "directory", mode: "0755" } })),
    ...FILES.map((number) => ({ copy: { content: fileText(number), dest: `${root}/file${number}`, mode: "0644" } })),
    ...LINES.map((number) => ({
      lineinfile: { path: `${root}/lines`, line: `line ${number}`, create: true, mode: "0644" },
    })),
    ...[1, 2].map((number) => ({ stat: { path: `${root}/file${number}` } })),
    ...FILES.map(() => ({ command: "/bin/true", changed_when: false })),
  ];
}

/** The same state described to pyinfra. */
function pyinfraDeploy(): string {
  return `from io import StringIO
from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import files, server
root = host.data.root + "/" + host.name
for name in ${JSON.stringify(DIRECTORIES)}:
    files.directory(path=root + name, mode="755")
for number in ${JSON.stringify(FILES)}:
    text = "file %d\\n" % number + "setting = value\\n" * 20
    files.put(src=StringIO(text), dest=root + "/file%d" % number, mode="644")
for number in ${JSON.stringify(LINES)}:
    files.line(path=root + "/lines", line="line %d" % number)
for number in (1, 2):
    host.get_fact(File, path=root + "/file%d" % number)
for number in ${JSON.stringify(FILES)}:
    server.shell(commands=["/bin/true"])
`;
}

/** One script that reads what those twenty tasks have to know. */
export function floorScript(root: string): string {
  const at = (names: readonly string[]) => names.map((name) => `${root}${name}`).join(" ");
  const files = at([...FILES.map((number) => `/file${number}`), "/lines"]);
  return `sha1sum ${files}; stat -c '%n %a %u %g %F %s' ${at(DIRECTORIES)} ${files}; cat ${root}/lines; ${FILES.map(() => "/bin/true").join("; ")}`;
}

export interface BenchHost {
  readonly name: string;
  readonly address: string;
}

/** Writes inventory, playbooks and the pyinfra deploy into `folder`. */
export async function writeWork(folder: string, hosts: readonly BenchHost[], key: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const options = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR";
  const vars = {
    ansible_user: "root",
    ansible_ssh_private_key_file: key,
    ansible_python_interpreter: "/usr/bin/python3",
    ansible_ssh_common_args: options,
  };
  const entries = Object.fromEntries(hosts.map(({ name, address }) => [name, { ansible_host: address }]));
  await writeFile(join(folder, "inventory.yml"), dumpYaml({ all: { hosts: entries, vars } }));
  const play = { hosts: "all", gather_facts: false };
  await writeFile(join(folder, "mixed.yml"), dumpYaml([{ ...play, tasks: mixedTasks() }]));
  const hundred = Array.from({ length: 100 }, () => ({ command: "/bin/true", changed_when: false }));
  await writeFile(join(folder, "hundred.yml"), dumpYaml([{ ...play, tasks: hundred }]));
  await writeFile(join(folder, "deploy.py"), pyinfraDeploy());
  const list = hosts.map(({ name, address }) => {
    const data = { ssh_hostname: address, ssh_user: "root", ssh_key: key, ssh_strict_host_key_checking: "no" };
    return `("${name}", ${JSON.stringify({ ...data, ssh_known_hosts_file: "/dev/null" })})`;
  });
  await writeFile(join(folder, "hosts.py"), `hosts = [${list.join(",\n")}]\n`);
}
