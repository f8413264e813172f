import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** One kind of thing whose members are folders, and the module that lists them. */
export interface RegistryKind {
  /** Folder whose sub-folders are the members. */
  readonly folder: string;
  /** File that makes a sub-folder a member; it exports the folder's name in camelCase. */
  readonly door: string;
  /** The generated module. */
  readonly output: string;
  /** Its export. */
  readonly list: string;
  /** Type of a member, and the module it comes from, relative to the output. */
  readonly type: string;
  readonly typeModule: string;
  /** What the list holds, one line. */
  readonly title: string;
}

/** Every kind; one without members has no module. */
export const registryKinds: readonly RegistryKind[] = [
  {
    folder: "templates/files",
    door: "template.ts",
    output: "templates/files/registry.ts",
    list: "templates",
    type: "Template",
    typeModule: "../renderer/template.ts",
    title: "Every template, by name.",
  },
  {
    folder: "playbooks/facts",
    door: "fact.ts",
    output: "playbooks/facts/registry.ts",
    list: "facts",
    type: "Fact",
    typeModule: "./fact.ts",
    title: "Every fact, by name.",
  },
  {
    folder: "playbooks/operations",
    door: "operation.ts",
    output: "playbooks/operations/registry.ts",
    list: "operations",
    type: "Operation",
    typeModule: "./operation.ts",
    title: "Every operation, by name.",
  },
  {
    folder: "agent/collectors",
    door: "collector.ts",
    output: "agent/collectors/registry.ts",
    list: "collectors",
    type: "Collector",
    typeModule: "./collector.ts",
    title: "Every collector, by name.",
  },
  {
    folder: "agent/checks",
    door: "check.ts",
    output: "agent/checks/registry.ts",
    list: "checks",
    type: "Check",
    typeModule: "./check.ts",
    title: "Every check, by name.",
  },
];

/** The kind's module as it should be, formatted; null when it has no members or its type is not there yet. */
export function registrySource(kind: RegistryKind, root = ROOT): string | null {
  const folder = join(root, kind.folder);
  const members = existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, kind.door)))
        .map((entry) => entry.name)
        .sort()
    : [];
  const typeFile = join(root, kind.output, "..", kind.typeModule);
  if (members.length === 0 || !existsSync(typeFile)) return null;
  const imports = [
    `import type { ${kind.type} } from "${kind.typeModule}";`,
    ...members.map((name) => `import { ${camelCase(name)} } from "./${name}/${kind.door}";`),
  ];
  return formatted(
    `${imports.join("\n")}

/** ${kind.title} Written by \`npm run generate\`: add a folder with a ${kind.door} instead of editing. */
export const ${kind.list}: readonly ${kind.type}[] = [${members.map(camelCase).join(", ")}];
`,
    kind.output,
    root,
  );
}

/** The export that belongs to a folder: `operating-system` → `operatingSystem`. */
export function camelCase(folder: string): string {
  return folder.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function formatted(source: string, output: string, root: string): string {
  const biome = join(ROOT, "node_modules/.bin/biome");
  return execFileSync(biome, ["check", "--write", `--stdin-file-path=${output}`], {
    cwd: root,
    input: source,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
}

if (import.meta.main) {
  for (const kind of registryKinds) {
    const source = registrySource(kind);
    if (source === null) continue;
    writeFileSync(join(ROOT, kind.output), source);
    process.stdout.write(`${relative(process.cwd(), join(ROOT, kind.output))}\n`);
  }
}
