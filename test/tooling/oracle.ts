import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const VERSION = "2.19.14";
const FOLDER = fileURLToPath(new URL("../../.build/oracle/", import.meta.url));

/** The real Ansible that ours is compared with, in a virtual environment of its own. */
export interface Oracle {
  readonly ansiblePlaybook: string;
  readonly ansibleInventory: string;
  readonly python: string;
}

/** Makes the oracle's virtual environment under .build/ if it is not there. Needs python3 (3.11 or newer) with venv. */
export async function oracle(): Promise<Oracle> {
  const bin = (name: string) => `${FOLDER}bin/${name}`;
  if (!existsSync(`${FOLDER}ready-${VERSION}`)) {
    await mkdir(FOLDER, { recursive: true });
    await execa("python3", ["-m", "venv", FOLDER]);
    await execa(bin("pip"), ["install", "--quiet", `ansible-core==${VERSION}`]);
    await execa("touch", [`${FOLDER}ready-${VERSION}`]);
  }
  return {
    ansiblePlaybook: bin("ansible-playbook"),
    ansibleInventory: bin("ansible-inventory"),
    python: bin("python"),
  };
}
