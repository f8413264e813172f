import { shellQuote } from "#inventory/kernel/shell.ts";
import { modeBits, parseMode } from "../mode.ts";
import type { Argument, Change, Operation } from "../operation.ts";
import { OWNERSHIP_ARGUMENTS } from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { describePath, PATH_FUNCTIONS, parsePathStates } from "../path-state.ts";
import { differencesOf, failing, runChange } from "../plan.ts";
import { parseRepositories, shownRepositories, writtenRepositories } from "./repository-file.ts";

const option = (type: "str" | "bool" | "list" = "str", more: Partial<Argument> = {}): Argument => ({
  type,
  ...(type === "list" ? { elements: "str" } : {}),
  description: "Option of the same name, as in dnf.conf(5).",
  ...more,
});

/** Options that go into the file, by their types. */
const OPTIONS: Readonly<Record<string, Argument>> = {
  async: option("bool"),
  bandwidth: option(),
  baseurl: option("list"),
  cost: option(),
  countme: option("bool"),
  deltarpm_metadata_percentage: option(),
  deltarpm_percentage: option(),
  enabled: option("bool"),
  enablegroups: option("bool"),
  exclude: option("list", { aliases: ["excludepkgs"] }),
  failovermethod: option("str", { choices: ["roundrobin", "priority"] }),
  gpgcakey: option(),
  gpgcheck: option("bool"),
  gpgkey: option("list"),
  http_caching: option("str", { choices: ["all", "packages", "none"] }),
  include: option(),
  includepkgs: option("list"),
  ip_resolve: option("str", { choices: ["4", "6", "IPv4", "IPv6", "whatever"] }),
  keepalive: option("bool"),
  keepcache: option("str", { choices: ["0", "1"] }),
  metadata_expire: option(),
  metadata_expire_filter: option("str", {
    choices: ["never", "read-only:past", "read-only:present", "read-only:future"],
  }),
  metalink: option(),
  mirrorlist: option(),
  mirrorlist_expire: option(),
  module_hotfixes: option("bool"),
  password: option("str", { secret: true }),
  priority: option(),
  protect: option("bool"),
  proxy: option(),
  proxy_password: option("str", { secret: true }),
  proxy_username: option(),
  repo_gpgcheck: option("bool"),
  retries: option(),
  s3_enabled: option("bool"),
  skip_if_unavailable: option("bool"),
  ssl_check_cert_permissions: option("bool"),
  sslcacert: option("str", { aliases: ["ca_cert"] }),
  sslclientcert: option("str", { aliases: ["client_cert"] }),
  sslclientkey: option("str", { aliases: ["client_key"] }),
  sslverify: option("bool", { aliases: ["validate_certs"] }),
  throttle: option(),
  timeout: option(),
  ui_repoid_vars: option(),
  username: option(),
};

/** A package source is among those of dnf, or is not. */
export const rpmSourcePresent: Operation = {
  name: "rpm-source-present",
  title: "Make a package source be used by dnf, or not",
  modules: ["ansible.builtin.yum_repository"],
  arguments: {
    ...OPTIONS,
    name: { type: "str", required: true, description: "Identifier of the source, and name of its file." },
    description: { type: "str", description: "What it is called." },
    file: { type: "str", description: "Name of the file without `.repo`." },
    reposdir: { type: "path", default: "/etc/yum.repos.d", description: "Folder of the file." },
    state: { type: "str", default: "present", choices: ["present", "absent"], description: "Whether it is there." },
    ...OWNERSHIP_ARGUMENTS,
  },
  rules: {
    requiredIf: [
      ["state", "present", ["baseurl", "mirrorlist", "metalink"], "any"],
      ["state", "present", ["description"]],
    ],
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, rpmSourcePresent.arguments, context.read);
    const folder = String(args.reposdir);
    const name = String(args.name);
    const path = `${folder}/${String(args.file ?? name)}.repo`;
    const script = PATH_FUNCTIONS + describePath(path, "file", ["content"]) + describePath(folder, "folder");
    const { paths } = parsePathStates((await context.read.run(script)).stdout);
    if (paths.get("folder")?.target?.kind !== "directory") return failing(`Repo directory '${folder}' does not exist.`);
    const file = paths.get("file");
    const sections = parseRepositories(file?.content?.toString("utf8") ?? "");
    const before = shownRepositories(sections);
    sections.delete(name);
    if (args.state === "present") sections.set(name, optionsOf(args));
    const after = shownRepositories(sections);
    const mode = parseMode(args.mode);
    if (mode?.kind === "invalid") return failing("mode must be in octal or symbolic form", { details: mode.details });
    const old = file?.target?.mode ?? 0o644;
    const bits = mode === undefined ? old : modeBits(mode, { mode: old, directory: false, umask: 0o022 });
    const changes: Change[] = [];
    if (before !== after && sections.size === 0) {
      changes.push(runChange(context, `Remove ${path}`, `rm -f -- ${shellQuote(path)}\n`));
    } else if (before !== after || (file?.target !== undefined && bits !== file.target.mode)) {
      const owner = typeof args.owner === "string" ? { owner: args.owner } : {};
      const group = typeof args.group === "string" ? { group: args.group } : {};
      const content = writtenRepositories(sections);
      changes.push({ kind: "write", title: `Write ${path}`, file: { path, content, mode: bits, ...owner, ...group } });
    }
    const diff = { before, after, before_header: path, after_header: path };
    const result = { changed: changes.length > 0, repo: name, state: args.state, diff };
    return { changes, result, differences: differencesOf([diff]) };
  },
};

/** Options in the order of their names; the description is the option `name`. */
function optionsOf(args: Readonly<Record<string, unknown>>): Map<string, string> {
  const values = new Map<string, unknown>(Object.keys(OPTIONS).map((name) => [name, args[name]]));
  values.set("name", args.description);
  const found = new Map<string, string>();
  for (const [name, value] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === null || value === undefined) continue;
    const joint = name === "baseurl" || name === "gpgkey" ? "\n" : " ";
    found.set(
      name,
      Array.isArray(value) ? value.join(joint) : typeof value === "boolean" ? String(Number(value)) : String(value),
    );
  }
  return found;
}
