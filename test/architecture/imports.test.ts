import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const layers = ["inventory", "templates", "playbooks", "agent", "control-plane", "installer"];

/** Folders whose doors are the only way in for some layers. */
const gates: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "control-plane": { agent: ["agent/protocol/"] },
  installer: { agent: ["agent/protocol/", "agent/bundle/"], "control-plane": ["control-plane/client/"] },
};

/** Who alone may import a library; tests and tooling are free. */
const owners: Readonly<Record<string, readonly string[]>> = {
  ssh2: ["playbooks/connectors/"],
  execa: ["playbooks/connectors/", "installer/lab/", "agent/processes/"],
  ink: ["installer/ui/", "installer/screens/"],
  lowdb: ["control-plane/store/"],
  systeminformation: ["agent/collectors/", "agent/jobs/"],
  handlebars: ["templates/renderer/"],
  "js-yaml": ["inventory/kernel/"],
};

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly target: string;
}

test("imports go downwards, through the gates", async () => {
  const imports = await everyImport();
  expect(imports.length).toBeGreaterThan(200);
  const wrong = imports.filter((each) => !isAllowed(each)).map(({ from, specifier }) => `${from} imports ${specifier}`);
  expect(wrong).toEqual([]);
});

test("every library has one owner", async () => {
  const imports = await everyImport();
  const wrong = imports.flatMap(({ from, specifier }) => {
    const places = owners[specifier];
    return places === undefined || places.some((place) => from.startsWith(place))
      ? []
      : [`${from} imports ${specifier}`];
  });
  expect(wrong).toEqual([]);
});

test("only main files read the environment or end the process", async () => {
  const wrong: string[] = [];
  for (const file of await sources()) {
    if (file.endsWith("/main.ts") || file === "installer/commands/base.ts") continue;
    const text = readFileSync(join(root, file), "utf8");
    if (/\bprocess\.(env|exit)\b/.test(text)) wrong.push(file);
  }
  expect(wrong).toEqual([]);
});

function isAllowed({ from, specifier, target }: Import): boolean {
  const own = from.split("/")[0] ?? "";
  const other = target.split("/")[0] ?? "";
  if (own === other) return !specifier.startsWith("#");
  if (!layers.includes(other)) return !specifier.startsWith(".");
  if (!specifier.startsWith("#") || layers.indexOf(other) > layers.indexOf(own)) return false;
  const gate = gates[own]?.[other];
  return gate === undefined || gate.some((door) => target.startsWith(door));
}

async function everyImport(): Promise<Import[]> {
  const found: Import[] = [];
  for (const from of await sources()) {
    const text = readFileSync(join(root, from), "utf8");
    for (const match of text.matchAll(
      /^(?:import|export)\b[^"';]*?from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm,
    )) {
      const specifier = match[1] ?? match[2] ?? match[3] ?? "";
      found.push({ from, specifier, target: targetOf(from, specifier) });
    }
  }
  return found;
}

function targetOf(from: string, specifier: string): string {
  if (specifier.startsWith("#")) return specifier.slice(1);
  if (specifier.startsWith(".")) return normalize(join(dirname(from), specifier));
  return `(library)/${specifier}`;
}

async function sources(): Promise<string[]> {
  const files = await Array.fromAsync(glob(`{${layers.join(",")}}/**/*.{ts,tsx}`, { cwd: root }));
  return files.filter((file) => !/\.test\.tsx?$/.test(file)).sort();
}
