import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { oracle } from "#test/tooling/oracle.ts";

const MITOGEN = "0.3.54";
const PYINFRA = "3.10.0";
const FOLDER = fileURLToPath(new URL("../../../.build/bench-tools/", import.meta.url));

/** What a user would pick instead, each at a pinned version. */
export interface Tools {
  readonly ansiblePlaybook: string;
  /** Folder of mitogen's strategy plugins for ansible-playbook, which must run under {@link Tools.mitogenPlaybook}. */
  readonly mitogenStrategies: string;
  readonly mitogenPlaybook: string;
  readonly pyinfra: string;
}

/** Installs the tools into virtual environments under .build/ if they are not there. Needs python3 with venv, and PyPI. */
export async function tools(): Promise<Tools> {
  const { ansiblePlaybook } = await oracle();
  const bin = (name: string) => `${FOLDER}bin/${name}`;
  const ready = `${FOLDER}ready-${MITOGEN}-${PYINFRA}`;
  if (!existsSync(ready)) {
    await execa("python3", ["-m", "venv", FOLDER]);
    const wanted = ["ansible-core==2.19.14", `mitogen==${MITOGEN}`, `pyinfra==${PYINFRA}`];
    await execa(bin("pip"), ["install", "--quiet", ...wanted]);
    await execa("touch", [ready]);
  }
  const { stdout } = await execa(bin("python"), ["-c", "import ansible_mitogen; print(ansible_mitogen.__path__[0])"]);
  return {
    ansiblePlaybook,
    mitogenPlaybook: bin("ansible-playbook"),
    mitogenStrategies: `${stdout.trim()}/plugins/strategy`,
    pyinfra: bin("pyinfra"),
  };
}
