import { readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { OperationContext, TemplateRequest } from "../../operations/operation.ts";
import { findLocalFile } from "../actions/local-files.ts";
import { ExpressionError } from "../expression/errors.ts";
import type { Templar } from "../expression/templar.ts";
import { templateFolders } from "../expression/template-folders.ts";
import { FILE_LAYOUT, type TemplateLayout } from "../expression/template-layout.ts";
import { pythonString } from "../expression/values.ts";
import type { HostScope } from "../variables/host-scope.ts";

/** What one task may use of the controller's files: found, decrypted and rendered with the variables in its scope. */
export function controllerFiles(task: {
  readonly scope: HostScope;
  readonly templar: Templar;
  readonly vault: VaultValues;
}): Pick<OperationContext, "localPath" | "localFolder" | "readLocal" | "render"> {
  const { scope, templar, vault } = task;
  const readLocal = async (path: string): Promise<Buffer> => vault.bytes(await readFile(path), path);
  return {
    localPath: async (path, kind) => localPath(path, kind, scope),
    localFolder: pythonString(scope.get("playbook_dir") ?? "."),
    readLocal,
    async render(request) {
      const source = (await readLocal(request.path)).toString("utf8");
      const values = await templateVariables(request);
      if (scope.get("ansible_managed") === undefined) values["ansible_managed"] = "Ansible managed";
      const layout = layoutOf(request);
      try {
        const inner = scope.with({ values, raw: false });
        return templar.renderText(source, inner, layout, templateFolders(request.path, scope));
      } catch (error) {
        if (error instanceof ExpressionError) throw new Error(error.message, { cause: error });
        throw error;
      }
    },
  };
}

function layoutOf({ trimBlocks, lstripBlocks, newline, marks }: TemplateRequest): TemplateLayout {
  const [blockStart, blockEnd] = marks.block;
  const [variableStart, variableEnd] = marks.variable;
  const [commentStart, commentEnd] = marks.comment;
  const around = { blockStart, blockEnd, variableStart, variableEnd, commentStart, commentEnd };
  return { ...FILE_LAYOUT, ...around, trimBlocks, lstripBlocks, newlineSequence: newline };
}

function localPath(path: string, kind: "files" | "templates" | "vars", scope: HostScope): string {
  const found = findLocalFile(path, kind, scope);
  if (found !== undefined) return path.endsWith("/") ? join(found, "/") : found;
  throw new ApplianceError({
    code: "PLAYBOOKS_FILE_NOT_FOUND",
    kind: "user",
    message: `Could not find or access '${path}' on the Ansible Controller.`,
    hint: `Put the file under ${kind}/ of the role or beside the playbook, or give an absolute path.`,
    context: { file: path },
  });
}

/** Variables that every template sees, by the names the original gives them. */
async function templateVariables(request: TemplateRequest): Promise<Record<string, unknown>> {
  const found = await stat(request.path);
  return {
    template_host: hostname(),
    template_path: request.source,
    template_fullpath: request.path,
    template_destpath: request.destination,
    template_uid: await accountName(found.uid),
    template_mtime: pythonMoment(found.mtime),
    template_run_date: pythonMoment(new Date()),
  };
}

async function accountName(uid: number): Promise<string | number> {
  const accounts = await readFile("/etc/passwd", "utf8").catch(() => "");
  const line = accounts.split("\n").find((candidate) => candidate.split(":")[2] === String(uid));
  return line?.split(":")[0] ?? uid;
}

/** Local time as Python's `str(datetime)` writes it. */
function pythonMoment(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
  const fraction = String(moment.getMilliseconds()).padStart(3, "0");
  return `${date} ${time}.${fraction}000`;
}
