import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const VERSION = "2.19.14";
const FOLDER = fileURLToPath(new URL("../../.build/ansible-source/", import.meta.url));

/**
 * Folder of the integration tests of ansible-core's source distribution, fetched by pip into .build/ where it is not there. They are
 * under the GPL: read and run, never copied into this repository.
 */
export async function integrationTests(python: string): Promise<string> {
  const final = join(FOLDER, `ansible_core-${VERSION}`);
  if (!existsSync(final)) {
    await mkdir(FOLDER, { recursive: true });
    const scratch = await mkdtemp(join(FOLDER, "new-"));
    const pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-build-isolation", "--no-binary", ":all:"];
    await execa(python, ["-m", "pip", "install", "--quiet", "setuptools", "wheel"]);
    await execa(python, [...pip, "--dest", scratch, `ansible-core==${VERSION}`]);
    const archive = (await readdir(scratch)).find((name) => name.endsWith(".tar.gz")) ?? "";
    await execa("tar", ["-xzf", join(scratch, archive), "-C", scratch]);
    await rename(join(scratch, `ansible_core-${VERSION}`), final);
    await rm(scratch, { recursive: true });
  }
  return join(final, "test/integration");
}

/** An inventory of this machine, and an ansible.cfg that says nothing, as ansible-test makes them. */
export async function writeSurroundings(folder: string, python: string): Promise<void> {
  const host = `testhost ansible_connection="local" ansible_pipelining="yes" ansible_python_interpreter="${python}"`;
  await writeFile(join(folder, "inventory"), `[testgroup]\n${host}\n`);
  await writeFile(join(folder, "integration.cfg"), "[defaults]\n");
}
