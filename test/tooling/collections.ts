import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { oracle } from "./oracle.ts";

/** The release of the `ansible` package whose collections belong to the oracle's ansible-core. */
const VERSION = "12.3.0";
const NAMES = ["ansible/posix", "community/general"];
const FOLDER = fileURLToPath(new URL("../../.build/collections/", import.meta.url));

const UNPACK = `import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
wanted = tuple("ansible_collections/" + name + "/" for name in sys.argv[3:])
archive.extractall(sys.argv[2], [name for name in archive.namelist() if name.startswith(wanted) and "/tests/" not in name])
`;

/** Folder of the collections ansible.posix and community.general for the oracle (ANSIBLE_COLLECTIONS_PATH); made when missing. */
export async function collections(): Promise<string> {
  const folder = `${FOLDER}${VERSION}`;
  if (existsSync(folder)) return folder;
  const { python } = await oracle();
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  await execa(python, ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", fresh, `ansible==${VERSION}`]);
  const archive = `${fresh}/ansible-${VERSION}-py3-none-any.whl`;
  await execa(python, ["-c", UNPACK, archive, fresh, ...NAMES]);
  await rm(archive);
  await rename(fresh, folder);
  return folder;
}
