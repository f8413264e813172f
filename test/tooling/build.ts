/**
 * Builds everything that runs: the commands to .build/installer, the agent and the control plane to .build/bundles, Ansible's
 * commands on this engine to .build/compat.
 */
import { existsSync } from "node:fs";
import { chmod, glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Plugin as Commands } from "@oclif/core";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..", "..");
const final = join(root, ".build");
// Built beside the old and swapped at the end: a failed build leaves the old one in place and whole.
await mkdir(final, { recursive: true });
const out = await mkdtemp(join(final, "new-"));

/**
 * Libraries that look for files of their own beside themselves, and those whose parts find each other by reflection, which building
 * them in breaks. All others are built in: a hundred files less to find and read at a start.
 */
const LOADED_AS_THEY_ARE = [
  "@oclif/plugin-*",
  "ink",
  "react",
  "@inkjs/ui",
  "@peculiar/x509",
  "reflect-metadata",
  "*.node",
];
/** What dependencies written for CommonJS find in their scope. */
const COMMONJS_NAMES =
  "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" +
  "const __dirname=import.meta.dirname,__filename=import.meta.filename;";

const entries = ["installer/main.ts"];
for await (const path of glob("installer/commands/**/*.{ts,tsx}", { cwd: root })) {
  if (!/\.test\.tsx?$/.test(path) && !path.endsWith("commands/base.ts")) entries.push(path);
}

/**
 * Files that stay where they are (plays, templates, profiles) are found beside their source, so a built module's
 * `import.meta.dirname` is its source's folder in the package, wherever the package lies.
 */
const sourceFolders: Plugin = {
  name: "source-folders",
  setup(building) {
    building.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      if (path.includes("node_modules") || !/import\.meta\.(dirname|url)/.test(text)) return undefined;
      const file = JSON.stringify(relative(root, path));
      const folder = JSON.stringify(relative(root, dirname(path)));
      const preamble = [
        'import { findPackageJSON as __package } from "node:module";',
        'import { dirname as __dirname_, join as __join } from "node:path";',
        'import { pathToFileURL as __url } from "node:url";',
        "const __root = __dirname_(__package(import.meta.resolve('.'), import.meta.url) ?? '.');",
      ].join(" ");
      const contents = text
        .replaceAll("import.meta.dirname", `__join(__root, ${folder})`)
        .replaceAll("import.meta.url", `__url(__join(__root, ${file})).href`);
      return {
        contents: contents.replace(/^(#!.*\n)?/, (shebang) => shebang + preamble),
        loader: path.endsWith("x") ? "tsx" : "ts",
      };
    });
  },
};

try {
  await buildCommands();
  await buildBundles();
  await buildCompat();
  for (const part of ["installer", "bundles", "compat"]) {
    await rm(join(final, part), { recursive: true, force: true });
    await rename(join(out, part), join(final, part));
  }
  await rm(join(final, "compile-cache"), { recursive: true, force: true });
  await writeManifest();
} finally {
  await rm(out, { recursive: true, force: true });
}

async function buildCommands(): Promise<void> {
  await build({
    absWorkingDir: root,
    plugins: [sourceFolders],
    entryPoints: entries.sort(),
    outdir: out,
    outbase: root,
    bundle: true,
    splitting: true,
    chunkNames: "installer/chunks/[name]-[hash]",
    external: LOADED_AS_THEY_ARE,
    banner: { js: COMMONJS_NAMES },
    platform: "node",
    target: "node24",
    format: "esm",
    jsx: "automatic",
    sourcemap: "linked",
    logLevel: "warning",
  });
  await chmod(join(out, "installer/main.js"), 0o755);
}

/** With it a start loads the one command that was asked for, instead of all of them to learn their names. */
async function writeManifest(): Promise<void> {
  const path = join(root, ".oclif.manifest.json");
  const options = { root, isRoot: true, type: "core", ignoreManifest: true, errorOnManifestCreate: true } as const;
  const commands = new Commands({ ...options, respectNoCacheDefault: true });
  await commands.load();
  // Help is wrapped to the terminal's width: line ends within a paragraph are the source's, not the reader's.
  for (const command of Object.values(commands.manifest.commands))
    if (command.description !== undefined)
      command.description = command.description.replaceAll(/(?<!\n)\n(?![\n -])/g, " ");
  await writeFile(`${path}.new`, JSON.stringify(commands.manifest));
  await rename(`${path}.new`, path);
}

async function buildBundles(): Promise<void> {
  const bundles = [
    { entry: "agent/main.ts", outfile: "agent.cjs", format: "cjs" },
    { entry: "control-plane/main.ts", outfile: "control-plane.mjs", format: "esm" },
  ] as const;
  for (const { entry, outfile, format } of bundles) {
    if (!existsSync(join(root, entry))) continue;
    await build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: join(out, "bundles", outfile),
      bundle: true,
      platform: "node",
      target: "node24",
      format,
      minify: true,
      legalComments: "none",
      ...(format === "esm" ? { banner: { js: COMMONJS_NAMES } } : {}),
      logLevel: "warning",
    });
  }
}

/** Split, so that each program reads only its own part; dependencies are bundled, since finding their files takes longer. */
async function buildCompat(): Promise<void> {
  await build({
    absWorkingDir: root,
    plugins: [sourceFolders],
    entryPoints: ["playbooks/engine/compat/main.ts"],
    outdir: join(out, "compat"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    external: ["*.node"],
    platform: "node",
    target: "node24",
    format: "esm",
    minifySyntax: true,
    legalComments: "none",
    banner: { js: COMMONJS_NAMES },
    logLevel: "warning",
  });
}
